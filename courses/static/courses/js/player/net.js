// One request to the server and what became of it, in one word.

function token() {
  // Read each time: signing in again in another tab changes it.
  const found = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
  if (found) return decodeURIComponent(found[1]);
  const field = document.querySelector("input[name=csrfmiddlewaretoken]");
  return field ? field.value : "";
}

export async function post(url, body, keepalive) {
  const cut = new AbortController();
  const clock = setTimeout(() => cut.abort(), 10000);
  try {
    const response = await fetch(url, {
      method: "POST",
      credentials: "same-origin",
      cache: "no-store",
      keepalive: Boolean(keepalive),
      signal: cut.signal,
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token() },
      body: JSON.stringify(body),
    });
    const json = (response.headers.get("Content-Type") || "").indexOf("json") >= 0;
    const data = json ? await response.json() : null;
    return { kind: kind(response, data), data: data || {} };
  } catch (broken) {
    return { kind: "network", data: {} };
  } finally {
    clearTimeout(clock);
  }
}

// ok; network or busy (try again); refused (the server says why).
function kind(response, data) {
  if (response.status >= 500 || response.status === 429) return "busy";
  if (response.ok && data) return "ok";
  return data && data.code ? "refused" : "busy";
}
