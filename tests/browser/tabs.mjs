// tabs.mjs: latchstring.js as a page uses it: one session for all tabs, which outlives expired tokens, lost answers and missing features.
import assert from "node:assert/strict";

/// Runs `work` with the module of that tab's page.
const inPage = (tab, work, value) => tab.page.evaluate(`(async () => (${work})(await import("/latchstring.js"), ${JSON.stringify(value)}))()`);
/// The same for what leads away from the page: begun and not waited for, since the answer can be lost with the page.
const goAway = (tab, work) => tab.page.evaluate(`void setTimeout(async () => (${work})(await import("/latchstring.js")))`);
const whoami = (tab) => inPage(tab, async ({ fetch }) => (await fetch("/auth/users/me/")).status);
/// The access token's time is over as far as this tab can tell.
const expire = (tab) => tab.page.evaluate(() => {
  const now = Date.now;
  Date.now = () => now() + 600_000;
});

/// What goes to that path, from every tab of the browser.
function sent(tab, path) {
  const found = [];
  tab.context.on("request", (request) => new URL(request.url()).pathname === path && request.method() !== "OPTIONS" && found.push(request));
  return found;
}
const refreshes = (tab) => sent(tab, "/auth/jwt/refresh/");
const posted = (request) => JSON.parse(request.postData()).refresh;

/// A slow machine takes longer to carry one tab's word to the other than keeper.js waits for it (300 ms; then the tab refreshes for itself).
const patience = Number(process.env.LATCHSTRING_PATIENCE ?? 1);
const hearLonger = (tab) => tab.context.addInitScript((times) => {
  const plain = globalThis.setTimeout;
  globalThis.setTimeout = (work, ms, ...more) => plain(work, ms * times, ...more);
}, patience);

/// Two tabs of one signed-in browser, both with an access token.
async function twoTabs(tab) {
  await hearLonger(tab);
  await tab.signIn();
  const other = await tab.another();
  await other.goToSignIn();
  assert.equal(await whoami(tab), 200);
  assert.equal(await whoami(other), 200);
  return other;
}

const sharing = [
  { name: "tabs: a new tab is signed in with the token of another, without a refresh", async check(tab) {
    const asked = refreshes(tab);
    await twoTabs(tab);
    assert.equal(asked.length, 0);
  } },
  { name: "tabs: both tokens have expired: one refresh, and both go on", async check(tab) {
    const other = await twoTabs(tab);
    const asked = refreshes(tab);
    const calls = sent(tab, "/auth/users/me/");
    await Promise.all([expire(tab), expire(other)]);
    assert.deepEqual(await Promise.all([whoami(tab), whoami(other), whoami(tab), whoami(other)]), [200, 200, 200, 200]);
    assert.equal(asked.length, 1);
    assert.equal(new Set(calls.map((request) => request.headers().authorization)).size, 1);
  } },
  { name: "tabs: without locks and channels each refreshes, and both go on", async check(tab) {
    await tab.context.addInitScript(() => {
      delete Navigator.prototype.locks;
      delete window.BroadcastChannel;
    });
    const other = await twoTabs(tab);
    const asked = refreshes(tab);
    await Promise.all([expire(tab), expire(other)]);
    assert.deepEqual(await Promise.all([whoami(tab), whoami(other)]), [200, 200]);
    assert.ok(asked.length === 1 || asked.length === 2, `${asked.length} refreshes`);
    assert.deepEqual([await whoami(tab), await whoami(other)], [200, 200]);
  } },
  { name: "tabs: a reload keeps the session, and the tab is the first to ask the others", async check(tab) {
    const other = await twoTabs(tab);
    const asked = refreshes(tab);
    await other.page.reload();
    assert.equal(await whoami(other), 200);
    assert.equal(asked.length, 0);
    await tab.page.close();
    await other.page.reload();
    assert.equal(await whoami(other), 200);
    assert.equal(asked.length, 1);
  } },
  { name: "tabs: storage \"session\" and \"memory\" are a tab's own", async check(tab) {
    await tab.goToSignIn();
    for (const storage of ["session", "memory"]) {
      const kept = await inPage(tab, async ({ configure, complete, user }, value) => {
        configure({ storage: value });
        const answer = new Response(JSON.stringify({ access: "a.b.c", refresh: "r", user: "u" }), { status: 201 });
        const real = window.fetch;
        window.fetch = async () => answer.clone();
        sessionStorage.setItem("latchstring.begun", JSON.stringify([{ state: "s", provider: "demo", next: "/n" }]));
        const done = await complete(new URLSearchParams("state=s&code=c"));
        window.fetch = real;
        return [done.next, Object.keys(localStorage).length, Object.values(sessionStorage).includes("r")];
      }, storage);
      assert.deepEqual(kept, ["/n", 0, storage === "session"], storage);
      await tab.page.evaluate(() => sessionStorage.clear());
    }
  } },
];

const losing = [
  { name: "tabs: a refresh whose answer is lost is made again and gets the same successor", async check(tab) {
    tab.expected.push(/net::ERR_FAILED/);
    await tab.signIn();
    const asked = refreshes(tab);
    let first;
    await tab.page.route("**/jwt/refresh/", async (route) => {
      if (first) return route.continue();
      first = await (await route.fetch()).json();  // the server has done it; the browser never hears of it
      return route.abort();
    });
    await expire(tab);
    assert.equal(await whoami(tab), 200);
    assert.equal(asked.length, 2);
    assert.equal(posted(asked[0]), posted(asked[1]));
    assert.equal(await tab.page.evaluate(() => Object.entries(localStorage).find(([key]) => key.startsWith("latchstring:"))[1]), first.refresh);
  } },
  { name: "tabs: a server that is busy is asked again", async check(tab) {
    tab.expected.push(/\b503\b/);
    await tab.signIn();
    let count = 0;
    await tab.page.route("**/jwt/refresh/", (route) => (++count === 1 ? route.fulfill({ status: 503, json: {} }) : route.continue()));
    await expire(tab);
    assert.equal(await whoami(tab), 200);
    assert.equal(count, 2);
  } },
  { name: "tabs: a token that is refused before its time is replaced, and the request is sent again with its body", async check(tab) {
    tab.expected.push(/\b40\d\b/);
    await tab.signIn();
    const asked = refreshes(tab);
    const bodies = [];
    await tab.page.route("**/things", (route) => {
      bodies.push([route.request().headers().authorization, route.request().postData()]);
      return route.fulfill({ status: bodies.length === 1 ? 401 : 200, json: {} });
    });
    const status = await inPage(tab, async ({ fetch }) => (await fetch("/things", { method: "POST", body: "the body" })).status);
    assert.equal(status, 200);
    assert.equal(asked.length, 1);
    assert.deepEqual(bodies.map(([, body]) => body), ["the body", "the body"]);
    assert.notEqual(bodies[0][0], bodies[1][0]);
  } },
  { name: "tabs: a session that has ended is forgotten in every tab, and says so", async check(tab) {
    tab.expected.push(/\b401\b/);
    const other = await twoTabs(tab);
    await other.page.evaluate(async () => {
      const { onChange } = await import("/latchstring.js");
      window.told = new Promise((resolve) => onChange(resolve));
    });
    await tab.page.route("**/jwt/refresh/", (route) => route.fulfill({ status: 401, json: { detail: "Token is blacklisted" } }));
    await expire(tab);
    assert.equal(await inPage(tab, ({ user }) => user()), null);
    assert.equal(await other.page.evaluate(() => window.told), false);
    assert.equal(await inPage(other, ({ accessToken }) => accessToken()), undefined);
  } },
  { name: "tabs: offline nobody is signed out", async check(tab) {
    tab.expected.push(/net::ERR_/);
    await tab.signIn();
    await tab.page.route("**/jwt/refresh/", (route) => route.abort());
    await tab.page.evaluate(() => {  // a clock that runs fast, so that the module gives up soon
      const now = Date.now;
      let ahead = 600_000;
      Date.now = () => now() + (ahead += 2_000);
    });
    assert.equal(await inPage(tab, ({ fetch }) => fetch("/auth/users/me/").catch((error) => error.message)), "No answer from the server.");
    await tab.page.unroute("**/jwt/refresh/");
    assert.equal(await whoami(tab), 200);
  } },
  { name: "tabs: no token goes to a site that was not named", async check(tab) {
    await tab.signIn();
    const foreign = [];
    await tab.context.route("https://api.example/**", (route) => {
      foreign.push(route.request());
      return route.fulfill({ status: 200, headers: { "Access-Control-Allow-Origin": "*" }, json: {} });
    });
    const message = await inPage(tab, ({ fetch }) => fetch("https://api.example/things").catch((error) => error.message));
    assert.match(message, /https:\/\/api\.example is to get no token/);
    assert.equal(foreign.length, 0);
  } },
];

const leaving = [
  { name: "tabs: signing out in one tab ends the session in all, and on the server", async check(tab) {
    tab.expected.push(/\b401\b/);
    const other = await twoTabs(tab);
    const refresh = await tab.page.evaluate(() => Object.entries(localStorage).find(([key]) => key.startsWith("latchstring:"))[1]);
    await other.page.evaluate(async () => {
      const { onChange } = await import("/latchstring.js");
      window.told = new Promise((resolve) => onChange(resolve));
    });
    await inPage(tab, ({ signOut }) => signOut());
    assert.equal(await other.page.evaluate(() => window.told), false);
    assert.deepEqual([await inPage(tab, ({ user }) => user()), await inPage(other, ({ user }) => user())], [null, null]);
    const answer = await tab.context.request.post(`${tab.origin}/auth/jwt/refresh/`, { data: { refresh } });
    assert.equal(answer.status(), 401);
  } },
  { name: "tabs: with `next` the browser has a cookie and scripts have no token; signOut ends that too", async check(tab) {
    tab.expected.push(/\b401\b/);
    await tab.goToSignIn();
    await goAway(tab, ({ signIn }) => signIn("demo", { next: "/index.html" }));
    await tab.page.getByRole("heading", { name: "Demo sign-in" }).waitFor();
    await tab.button(/^Bruno/).click();
    await tab.page.waitForURL("**/index.html");
    assert.equal((await inPage(tab, ({ user }) => user())).email, "bruno@example.com");
    assert.equal(await inPage(tab, ({ accessToken }) => accessToken()), undefined);
    assert.equal(await tab.page.evaluate(() => document.cookie), "");
    await inPage(tab, ({ signOut }) => signOut());
    assert.equal(await inPage(tab, ({ user }) => user()), null);
  } },
];

export const tabs = [...sharing, ...losing, ...leaving];
