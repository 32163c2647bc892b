// gate.mjs: the gate in a real browser, behind each web server with the files of conf/web: led to the sign-in, back to where it was, refused
// where a rule says so, and at the door again when the cookie is gone.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { root } from "./server.mjs";
import { Tab } from "./tab.mjs";

const refused = /Failed to load resource.*\b(401|403)\b/;  // the browser reports each answer of 400 and above on the console
const besides = /\/favicon\.ico/;  // what a browser asks a host without an icon for

/// tests/integration/gate_stage.py, which ends when its input does.
async function stage(name) {
  const child = spawn("/usr/bin/python3", [`${root}tests/integration/gate_stage.py`, name], { stdio: ["pipe", "pipe", "inherit"] });
  const ended = once(child, "close");
  const [line] = await Promise.race([once(child.stdout, "data"), ended.then(() => { throw new Error(`${name} did not start`); })]);
  return { origin: String(line).trim(), stop: () => (child.stdin.end(), ended) };
}

async function throughTheGate(tab) {
  const { page, context, origin } = tab;
  tab.expected.push(refused, besides);
  await page.goto(`${origin}/team/index.html?from=here`);
  await tab.expectHeading("Sign in");
  await page.getByText("Continue with Demo").click();
  await page.getByRole("heading", { name: "Demo sign-in" }).waitFor();
  await tab.button(/^Alva Lindqvist/).click();
  await page.waitForURL(`${origin}/team/index.html?from=here`);
  assert.equal(await page.locator("body").innerText(), "team");
  await page.goto(`${origin}/team/s.txt`);
  assert.match(await page.locator("body").innerText(), /^secret/);
  const env = await page.evaluate(async () => (await fetch("/team/app.fcgi", { method: "POST", body: "a=b" })).json());
  assert.equal(env.body, "a=b");
  assert.equal(new Map(env.env.filter(([, value]) => value !== "")).get("REMOTE_PROVIDER"), "demo");
  assert.equal((await page.goto(`${origin}/team/admin/a.txt`)).status(), 403);
  assert.match(await page.locator("body").innerText(), /not for your account/);
  await context.clearCookies();
  await page.goto(`${origin}/open/p.txt`);  // from the page of the refusal nothing can be fetched
  const answer = await page.evaluate(async () => {
    const reply = await fetch("/team/s.txt", { headers: { Accept: "application/json" }, cache: "no-store" });
    return { status: reply.status, ...(await reply.json()) };
  });
  assert.deepEqual([answer.status, answer.login_url], [401, `${origin}/auth/login?next=%2Fteam%2Fs.txt`]);
  await page.goto(`${origin}/team/s.txt`);
  await tab.expectHeading("Sign in");
}

export const gates = ["lighttpd", "nginx", "mod_fcgid", "mod_authnz_fcgi"].map((name) => ({
  name: `the gate behind ${name}`,
  async check(browser, patience) {
    const server = await stage(name);
    try {
      const tab = await Tab.open(browser, server.origin, { patience });
      try {
        await throughTheGate(tab);
        tab.expectQuiet();
      } finally {
        await tab.close();
      }
    } finally {
      await server.stop();
    }
  },
}));
