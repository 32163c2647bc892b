// server.mjs: a server as `make run` starts it, with an instance of its own below build/.
import { spawn } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../", import.meta.url));

const ended = (child, seconds) =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve(true);
    const timer = setTimeout(() => resolve(false), seconds * 1000);
    child.once("exit", () => (clearTimeout(timer), resolve(true)));
  });

/// {origin, stop()}. `origin` is what tools/run printed.
export async function startServer(patience) {
  const folder = `${root}build/browser-${process.pid}`;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const child = spawn(`${root}tools/run`, ["--port", "18500", "--var", folder], { stdio: ["ignore", "pipe", "pipe"] });
  const stop = async () => {
    child.kill("SIGTERM");
    if (!(await ended(child, 25 * patience))) child.kill("SIGKILL");  // its children end with it (PR_SET_PDEATHSIG)
    rmSync(folder, { recursive: true, force: true });
  };
  let said = "";
  const origin = await new Promise((resolve) => {
    const timer = setTimeout(() => resolve(undefined), 60_000 * patience);
    const done = (value) => (clearTimeout(timer), resolve(value));
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (bytes) => {
        said += bytes;
        const urls = said.match(/https?:\/\/[^\s]+\/(?=\s)/g);
        if (urls) done(urls[0].replace(/\/$/, ""));
      });
    }
    child.once("exit", () => done(undefined));
  });
  if (origin) return { origin, stop };
  await stop();
  throw new Error(`tools/run did not print an address: ${said.trim().replaceAll("\n", " | ")}`);
}
