// One request to the server and what became of it, in one word.

function token() {
  // Read each time: signing in again in another tab changes it.
  const found = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
  const field = document.querySelector("input[name=csrfmiddlewaretoken]");
  return found ? decodeURIComponent(found[1]) : field ? field.value : "";
}

async function ask(url, options, timeout) {
  const cut = new AbortController();
  const clock = setTimeout(() => cut.abort(), timeout);
  const began = performance.now();
  try {
    const response = await fetch(url, Object.assign({ credentials: "same-origin", cache: "no-store", signal: cut.signal }, options));
    const json = (response.headers.get("Content-Type") || "").indexOf("json") >= 0;
    const data = json ? await response.json() : null;
    const came = performance.now();
    return { kind: kind(response, data), data, status: response.status, way: (came - began) / 2000, came };
  } catch (broken) {
    return { kind: "network", data: null };
  } finally {
    clearTimeout(clock);
  }
}

function kind(response, data) {
  if (response.status >= 500 || response.status === 429) return "busy";
  if (response.status === 403 || response.redirected || (response.ok && !data)) return "signed_out";
  if (response.status === 409) return data ? "conflict" : "busy";
  if (response.status === 404) return "gone";
  return response.ok ? "ok" : "bad";
}

export function get(url) {
  return ask(url, { headers: { Accept: "application/json" } }, 20000);
}

export function post(url, body, keepalive) {
  return ask(url, {
    method: "POST",
    keepalive: Boolean(keepalive),
    headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token() },
    body: JSON.stringify(body),
  }, 10000);
}
