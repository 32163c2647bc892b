// The pages of www/ and the demo provider in a real browser: Debian's Chromium, started headless with an empty profile.
//   node tests/browser/run.mjs              starts a server with tools/run on a free port and an instance of its own
//   node tests/browser/run.mjs URL [NAME]   uses a server that runs already; only the cases whose name holds NAME
// One line per case: "ok NAME" or "FAIL NAME why". Everything that was started is ended, by its process id.
import { startBrowser } from "./browser.mjs";
import { cases } from "./cases.mjs";
import { gates } from "./gate.mjs";
import { startServer, stopServers } from "./server.mjs";
import { starting } from "./starting.mjs";
import { Tab } from "./tab.mjs";

const patience = Number(process.env.LATCHSTRING_PATIENCE ?? 1);
const started = [];
const endAll = async () => {
  while (started.length > 0) await started.pop().stop().catch((error) => console.error(String(error)));
  await stopServers();
};

const within = (seconds, work) => {
  let timer;
  const limit = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${seconds} s`)), seconds * 1000);
  });
  return Promise.race([work, limit]).finally(() => clearTimeout(timer));
};

async function passes(name, work) {
  try {
    await within(60 * patience, work());
    console.log(`ok ${name}`);
    return true;
  } catch (error) {
    const place = String(error.stack).match(/\w+\.mjs:\d+/)?.[0] ?? "";
    const why = String(error.message).replaceAll(/\x1b\[\d+m/g, "").split("\n").map((line) => line.trim()).filter(Boolean);
    console.log(`FAIL ${name} (${place}) ${why.slice(0, 14).join(" | ")}`);
    return false;
  }
}

/// One case in a browser context of its own: no cookie of another case.
async function inBrowser({ check, ...options }, browser, origin) {
  const tab = await Tab.open(browser, origin, { ...options, patience });
  try {
    await check(tab);
    tab.expectQuiet();
  } finally {
    await within(10, tab.close()).catch(() => {});
  }
}

async function main(url, wanted = "") {
  let origin = url?.replace(/\/$/, "");
  let failed = 0;
  if (!origin) {
    for (const one of starting) failed += (await passes(one.name, () => one.check(patience))) ? 0 : 1;
    const server = await startServer(patience);
    started.push(server);
    origin = server.origin;
  }
  const browser = await startBrowser(patience);
  started.push(browser);
  for (const one of gates.filter((gate) => !url && gate.name.includes(wanted))) {
    failed += (await passes(one.name, () => one.check(browser, patience))) ? 0 : 1;
  }
  const chosen = cases.filter((one) => one.name.includes(wanted));
  if (chosen.length === 0) failed += 1;
  for (const one of chosen) failed += (await passes(one.name, () => inBrowser(one, browser, origin))) ? 0 : 1;
  return failed === 0 ? 0 : 1;
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => endAll().finally(() => process.exit(1)));
}
const status = await within(500 * patience, main(...process.argv.slice(2))).catch((error) => {
  console.log(`FAIL browser ${error.message}`);
  return 1;
});
await endAll();
process.exit(status);
