// server.mjs: a server as `make run` starts it, with an instance of its own below build/.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../", import.meta.url));

const pause = () => new Promise((resolve) => setTimeout(resolve, 50));

let count = 0;
/// An empty folder below build/. Whoever asks for it removes it.
export function newFolder() {
  const folder = `${root}build/browser-${process.pid}-${++count}`;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return folder;
}

/// The children of a process, and theirs.
function descendants(pid) {
  const children = [];
  try {
    for (const task of readdirSync(`/proc/${pid}/task`)) {
      children.push(...readFileSync(`/proc/${pid}/task/${task}/children`, "utf8").trim().split(" ").filter(Boolean));
    }
  } catch { /* it has just ended */ }
  return children.flatMap((child) => [Number(child), ...descendants(child)]);
}

const living = new Set();
/// Ends every server that is still there: for a case that ran out of time.
export const stopServers = () => Promise.all([...living].map((server) => server.stop()));

/// tools/run, from its start until it has ended.
export class Server {
  said = "";
  processes = [];
  #child;
  #ended;

  constructor(folder, port, patience) {
    this.#child = spawn(`${root}tools/run`, ["--port", String(port), "--var", folder], { stdio: ["ignore", "pipe", "pipe"] });
    living.add(this);
    this.#ended = new Promise((resolve) => this.#child.once("close", (status, signal) => (living.delete(this), resolve(signal ?? status))));
    for (const stream of [this.#child.stdout, this.#child.stderr]) stream.on("data", (bytes) => (this.said += bytes));
    this.patience = patience;
  }

  /// The addresses that it has printed.
  get urls() {
    return this.said.match(/https?:\/\/[^\s]+\/(?=\s)/g) ?? [];
  }

  /// Waits for the address; undefined if it ends without one.
  async ready() {
    let over = false;
    this.#ended.then(() => (over = true));
    for (let i = 0; i < 1200 * this.patience && this.urls.length === 0 && !over; ++i) await pause();
    this.processes = descendants(this.#child.pid);
    this.origin = this.urls[0]?.replace(/\/$/, "");
    return this.origin;
  }

  /// Its exit status, or the signal that ended it.
  ended() {
    return this.#ended;
  }

  /// Those of its processes that are still there, after at most 10 s of waiting for them to go.
  async leftovers() {
    const left = () => this.processes.filter((pid) => existsSync(`/proc/${pid}`));
    for (let i = 0; i < 200 * this.patience && left().length > 0; ++i) await pause();
    return left();
  }

  async stop(signal = "SIGTERM") {
    this.#child.kill(signal);
    const late = setTimeout(() => this.#child.kill("SIGKILL"), 25_000 * this.patience);  // its children end with it (PR_SET_PDEATHSIG)
    const status = await this.#ended;
    clearTimeout(late);
    return status;
  }
}

/// A server that is ready, with origin and stop(), and an instance of its own that goes with it.
export async function startServer(patience) {
  const folder = newFolder();
  const server = new Server(folder, 18500, patience);
  const stop = async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  if (await server.ready()) return { origin: server.origin, stop };
  await stop();
  throw new Error(`tools/run did not print an address: ${server.said.trim().replaceAll("\n", " | ")}`);
}
