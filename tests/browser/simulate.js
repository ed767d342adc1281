// One candidate against a hostile network: requests lost, answers lost after the commit, errors, delays, reloads and
// killed tabs at random moments. The real queue and the real store; only the server and the clock are played.
async ({ seed, steps }) => {
  const { Queue } = await import("/static/exams/js/take/queue.js");
  const { openStore } = await import("/static/exams/js/take/store.js");
  let state = seed;
  const random = () => {
    state = (state * 1664525 + 1013904223) % 4294967296;
    return state / 4294967296;
  };
  const rest = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const timers = { set: (act, ms) => setTimeout(act, Math.min(ms, 4)), clear: (id) => clearTimeout(id) };

  // The server: an append-only log, unique by key; the highest sequence of a question is its answer.
  const log = new Map();
  const current = () => {
    const found = {};
    log.forEach((e) => { if (!found[e.n] || e.seq > found[e.n].seq) found[e.n] = { a: e.a, f: e.f, seq: e.seq }; });
    return found;
  };
  let fair = false;
  const commit = (entries) => entries.forEach((e) => { if (!log.has(e.key)) log.set(e.key, e); });
  const send = (queue, life) => async (entries) => {
    const fate = fair ? 1 : random();
    const sent = queue().body(entries);
    if (random() < 0.5) await rest(random() * 4);
    if (fate < 0.2) return { kind: "network" };
    if (fate < 0.3) return { kind: "busy" };
    // The request arrives although the tab that sent it may be gone; its answer may not.
    commit(sent);
    if (life.over) return new Promise(() => {});
    if (fate < 0.45) return { kind: "network" };
    return { kind: "ok", data: { saved: sent.map((e) => e.key), refused: [], at: new Date().toISOString() } };
  };

  const store = await openStore();
  if (!store.durable) return { problem: "no store" };
  const attempt = "sim" + seed;
  let life;
  let queue;
  const problems = [];
  const last = new Map();
  const open = async () => {
    life = { over: false };
    const mine = life;
    const answers = current();
    const next = Math.max(0, ...Array.from(log.values()).map((e) => e.seq)) + 1;
    queue = new Queue({
      user: 1, attempt, store, lease: "l", nextSeq: next, timers, random, changed: () => {},
      send: send(() => mine.queue, mine),
    });
    mine.queue = queue;
    const back = await queue.restore(answers);
    // What the page shows after a reload: the server's answers under what was kept here.
    const shown = Object.assign({}, answers);
    back.forEach((e) => { shown[e.n] = { a: e.a, seq: e.seq }; });
    last.forEach((value, n) => {
      if (!shown[n] || shown[n].a !== value) problems.push("after reload " + n + " shows " + (shown[n] && shown[n].a) + ", not " + value);
    });
  };
  const honest = () => last.forEach((value, n) => {
    const there = current()[n];
    if (queue.stateOf(n) === "saved" && (!there || there.a !== value)) problems.push(n + " called saved, is " + (there && there.a) + ", not " + value);
  });

  await open();
  let words = 0;
  for (let step = 0; step < steps; step += 1) {
    const dice = random();
    if (dice < 0.7) {
      const n = Math.floor(random() * 8);
      const value = "v" + (words += 1);
      const written = queue.change(n, value, random() < 0.2, Math.floor(random() * 5));
      // Most of the time the candidate sees it written down; sometimes the next thing happens at once.
      if (random() < 0.7) { await written; last.set(n, value); } else { await written; last.set(n, value); await rest(random() * 3); }
    } else if (dice < 0.85) await rest(random() * 12);
    else {
      // The page is gone: nothing of it runs on.
      life.over = true;
      queue.stop("tab");
      queue.timers = { set: () => 0, clear: () => {} };
      await open();
    }
    honest();
  }
  fair = true;
  queue.wake();
  for (let turn = 0; turn < 500 && queue.entries.length; turn += 1) {
    await queue.flush();
    await rest(1);
  }
  const empty = !queue.entries.length;
  await rest(20);
  honest();
  const there = current();
  last.forEach((value, n) => { if (!there[n] || there[n].a !== value) problems.push("lost " + n + ": " + value + " is " + (there[n] && there[n].a)); });
  const left = (await store.all("1:" + attempt)).length;
  return { empty, left, problems: problems.slice(0, 5), saved: log.size };
}
