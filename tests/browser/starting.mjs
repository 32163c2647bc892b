// starting.mjs: what tools/run promises: one address, the next free port, the same instance again, and nothing left behind.
import assert from "node:assert/strict";
import { mkdirSync, rmSync } from "node:fs";
import net from "node:net";
import { newFolder, Server } from "./server.mjs";

const firstPort = 18600;

/// Work with a folder of its own, and what starts tools/run in it. Both are gone afterwards.
const inFolder = (work) => async (patience) => {
  const folder = newFolder();
  const servers = [];
  const start = (where = folder) => {
    servers.push(new Server(where, firstPort, patience));
    return servers.at(-1);
  };
  try {
    await work(start, folder);
  } finally {
    for (const server of servers) {
      await server.stop();
      await server.leftovers();
    }
    rmSync(folder, { recursive: true, force: true });
  }
};

const keysOf = async (origin) => (await fetch(`${origin}/auth/.well-known/jwks.json`)).text();

const ends = ["SIGINT", "SIGTERM", "SIGHUP", "SIGKILL"].map((signal) => ({
  name: `tools/run: ${signal} leaves no process behind`,
  check: inFolder(async (start) => {
    const server = start();
    assert.ok(await server.ready(), server.said);
    assert.ok(server.processes.length >= 3, "lighttpd, the master and a worker");
    const status = await server.stop(signal);
    if (signal === "SIGINT" || signal === "SIGTERM") assert.equal(status, 0);
    assert.deepEqual(await server.leftovers(), []);
  }),
}));

export const starting = [
  { name: "tools/run: one address is printed, and a second start has the same keys", check: inFolder(async (start) => {
    const first = start();
    assert.ok(await first.ready(), first.said);
    assert.equal(first.urls.length, 1);
    const keys = await keysOf(first.origin);
    await first.stop();
    const second = start();
    assert.ok(await second.ready(), second.said);
    assert.equal(await keysOf(second.origin), keys);
  }) },
  { name: "tools/run: a port that is taken is passed over, and the addresses fit the one used", check: inFolder(async (start) => {
    const squatter = net.createServer().listen(firstPort, "127.0.0.1");
    try {
      const server = start();
      assert.ok(await server.ready(), server.said);
      assert.notEqual(server.origin, `http://127.0.0.1:${firstPort}`);
      const begun = await fetch(`${server.origin}/auth/o/demo/?redirect_uri=${encodeURIComponent(`${server.origin}/callback.html`)}`);
      const { authorization_url } = await begun.json();
      assert.ok(authorization_url.startsWith(`${server.origin}/auth/demo/authorize?`), authorization_url);
    } finally {
      squatter.close();
    }
  }) },
  { name: "tools/run: an instance that is in use is not started twice", check: inFolder(async (start) => {
    const first = start();
    assert.ok(await first.ready(), first.said);
    const second = start();
    assert.equal(await second.ended(), 1);
    assert.match(second.said, /is in use/);
    assert.equal((await fetch(`${first.origin}/auth/o/`)).status, 200);
  }) },
  { name: "tools/run: starts again after it was killed, and in a folder too deep for a socket", check: inFolder(async (start, folder) => {
    const deep = `${folder}/${"deep/".repeat(20)}`;
    mkdirSync(deep, { recursive: true });
    const first = start(deep);
    assert.ok(await first.ready(), first.said);
    await first.stop("SIGKILL");
    await first.leftovers();
    const second = start(deep);
    assert.ok(await second.ready(), second.said);
  }) },
  ...ends,
];
