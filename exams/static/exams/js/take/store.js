// Where unacknowledged answers wait: IndexedDB, or memory when the browser has none (then we say so: `durable`).
// The database is called "portal-private"; signing out deletes it (portal/js/signout.js).
const NAME = "portal-private";

export function uuid() {
  // crypto.randomUUID exists only on secure pages; examination rooms often serve plain http on their own network.
  const b = crypto.getRandomValues(new Uint8Array(16));
  b[6] = (b[6] & 15) | 64;
  b[8] = (b[8] & 63) | 128;
  const hex = Array.from(b, (x) => (x + 256).toString(16).slice(1)).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

function connect() {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => {
      const queue = asked.result.createObjectStore("queue", { keyPath: "key" });
      queue.createIndex("owner", "owner");
      asked.result.createObjectStore("notes", { keyPath: "id" });
    };
    asked.onsuccess = () => {
      const db = asked.result;
      // Signing out in another tab deletes the database; holding it open would block that.
      db.onversionchange = () => db.close();
      resolve(db);
    };
    asked.onerror = () => reject(asked.error);
    asked.onblocked = () => reject(new Error("blocked"));
  });
}

class Disk {
  constructor(db) {
    this.db = db;
    this.durable = true;
  }

  async run(names, mode, act) {
    let transaction;
    try {
      transaction = this.db.transaction(names, mode);
    } catch (closed) {
      this.db = await connect();
      transaction = this.db.transaction(names, mode);
    }
    return new Promise((resolve, reject) => {
      const answer = act(transaction);
      transaction.oncomplete = () => resolve(answer && answer.result);
      transaction.onabort = transaction.onerror = () => reject(transaction.error);
    });
  }

  all(owner) {
    return this.run(["queue"], "readonly", (x) => x.objectStore("queue").index("owner").getAll(owner));
  }

  put(entry, drop) {
    return this.run(["queue"], "readwrite", (x) => {
      const queue = x.objectStore("queue");
      queue.put(entry);
      drop.forEach((key) => queue.delete(key));
    });
  }

  remove(keys) {
    return this.run(["queue"], "readwrite", (x) => keys.forEach((key) => x.objectStore("queue").delete(key)));
  }

  note(owner, name, value) {
    const id = owner + "|" + name;
    if (value === undefined) {
      return this.run(["notes"], "readonly", (x) => x.objectStore("notes").get(id)).then((row) => row && row.value);
    }
    return this.run(["notes"], "readwrite", (x) => x.objectStore("notes").put({ id, owner, value }));
  }

  // Everything whose owner `gone` says yes to.
  clear(gone) {
    return this.run(["queue", "notes"], "readwrite", (x) => {
      ["queue", "notes"].forEach((name) => {
        x.objectStore(name).openCursor().onsuccess = (event) => {
          const cursor = event.target.result;
          if (!cursor) return;
          if (gone(cursor.value.owner)) cursor.delete();
          cursor.continue();
        };
      });
    });
  }
}

export class Memory {
  constructor() {
    this.durable = false;
    this.queue = new Map();
    this.notes = new Map();
  }

  async all(owner) {
    return Array.from(this.queue.values()).filter((entry) => entry.owner === owner);
  }

  async put(entry, drop) {
    this.queue.set(entry.key, entry);
    drop.forEach((key) => this.queue.delete(key));
  }

  async remove(keys) {
    keys.forEach((key) => this.queue.delete(key));
  }

  async note(owner, name, value) {
    const id = owner + "|" + name;
    if (value === undefined) return this.notes.get(id);
    this.notes.set(id, value);
    return value;
  }

  async clear(gone) {
    Array.from(this.queue.values()).forEach((entry) => gone(entry.owner) && this.queue.delete(entry.key));
    Array.from(this.notes.keys()).forEach((id) => gone(id.split("|")[0]) && this.notes.delete(id));
  }
}

export async function openStore() {
  try {
    return new Disk(await connect());
  } catch (none) {
    return new Memory();
  }
}

// An answer left behind by somebody else at a shared computer is nobody's business: it goes before anything is read.
export function onlyOf(store, user) {
  return store.clear((owner) => owner.split(":")[0] !== String(user));
}
