// cases.mjs: what the pages promise. Each case has a browser context of its own; `width`, `scheme`,
// `locale` and `script: false` may be given.
import assert from "node:assert/strict";
import { account } from "./account.mjs";
import { looks } from "./looks.mjs";
import { redirect } from "./redirect.mjs";
import { served } from "./served.mjs";
import { Shell } from "./shell.mjs";
import { tabs } from "./tabs.mjs";
import { types } from "./types.mjs";

const refused = /Failed to load resource.*\b400\b/;  // the browser reports each answer of 400 and above on the console

/// Presses Tab until the focus is on what `selector` finds; fails after 40.
async function tabTo(page, selector) {
  for (let i = 0; i < 40; ++i) {
    await page.keyboard.press("Tab");
    if (await page.evaluate((s) => document.activeElement.matches(s), selector)) return;
  }
  assert.fail(`Tab does not reach ${selector}`);
}

/// The address that brings an attacker's code and state: he signed in as himself, and did not use them.
async function attackersAnswer({ context, origin }) {
  const attacker = await context.browser().newContext();
  try {
    const begun = await attacker.request.get(`${origin}/auth/o/demo/`, { params: { redirect_uri: `${origin}/callback.html` } });
    const { authorization_url } = await begun.json();
    const answer = await attacker.request.post(authorization_url, { form: { person: "bruno" }, maxRedirects: 0 });
    assert.equal(answer.status(), 303);
    return answer.headers().location;
  } finally {
    await attacker.close();
  }
}

const signing = [
  { name: "signs in and shows user, claims and times", async check(tab) {
    await tab.signIn();
    assert.match(await tab.cell("GET /users/me/", "email"), /^alva@example\.com$/);
    const parts = (await tab.token("Access token")).split(".");
    const [header, claims] = parts.slice(0, 2).map((part) => JSON.parse(Buffer.from(part, "base64url")));
    assert.equal(header.alg, "ES256");
    assert.equal(claims.token_type, "access");
    assert.match(await tab.page.locator("section.token td", { hasText: "in 5 minutes" }).first().innerText(), new RegExp(`^${claims.exp}`));
    await tab.expectAddressClean();
  } },
  { name: "the heading takes the focus when the sign-in is finished", async check(tab) {
    await tab.signIn();
    assert.equal(await tab.page.evaluate(() => document.activeElement.id), "title");
  } },
  { name: "refreshes the tokens, again and again", async check(tab) {
    await tab.signIn();
    const seen = new Set([await tab.token("Refresh token")]);
    for (let round = 2; round <= 3; ++round) {
      const before = await tab.token("Access token");
      await tab.button("Refresh the tokens").click();
      await tab.page.waitForFunction((old) => document.querySelector("section.token pre code").textContent !== old, before);
      seen.add(await tab.token("Refresh token"));
      assert.equal(seen.size, round);
    }
    await tab.page.getByText("New tokens are shown below.").waitFor();
  } },
  { name: "signs in by keyboard alone", async check(tab) {
    await tab.page.goto(`${tab.origin}/`);
    await tab.button(/^Continue with/).first().waitFor();
    await tabTo(tab.page, "#providers button");
    await tab.page.keyboard.press("Enter");
    await tab.page.getByRole("heading", { name: "Demo sign-in" }).waitFor();
    await tabTo(tab.page, "button[value=bruno]");
    await tab.page.keyboard.press("Enter");
    await tab.expectSignedIn();
    const before = await tab.token("Access token");
    await tab.page.keyboard.press("Tab");  // on from the heading
    assert.equal(await tab.page.evaluate(() => document.activeElement.textContent), "Refresh the tokens");
    await tab.page.keyboard.press("Space");
    await tab.page.waitForFunction((old) => document.querySelector("section.token pre code").textContent !== old, before);
  } },
  { name: "signs in whoever one says to be, markup in the name stays text", async check(tab) {
    await tab.goToDemo();
    await tab.page.getByLabel("Name").fill("Zoë <img src=x onerror=alert(1)>");
    await tab.page.getByLabel("E-mail, if any").fill("zoe@example.com");
    await tab.button("Sign in with this name").click();
    await tab.expectSignedIn();
    assert.match(await tab.cell("GET /users/me/", "email"), /zoe@example\.com|^$/);
    assert.equal(await tab.page.locator("main img").count(), 0);
  } },
  { name: "two tabs sign in side by side as different people", async check(tab) {
    const other = await tab.another();
    await tab.goToDemo();
    await other.goToDemo();
    await other.button(/^Bruno/).click();
    await other.expectSignedIn();
    await tab.button(/^Alva/).click();
    await tab.expectSignedIn();
    assert.match(await tab.cell("GET /users/me/", "email"), /alva/);
    assert.match(await other.cell("GET /users/me/", "email"), /bruno/);
  } },
  { name: "both requests work when pasted into a shell", async check(tab) {
    await tab.goToSignIn();
    await tab.page.getByText("The same from the command line").click();
    await tab.page.locator("#which").selectOption("demo");
    const shell = new Shell();
    try {
      const { authorization_url } = JSON.parse(await shell.paste(await tab.page.locator("#first-request pre").innerText()));
      const fresh = await tab.another();
      await fresh.page.goto(authorization_url);
      await fresh.button(/^Chiyo/).click();
      await fresh.expectHeading("One more step");
      await fresh.expectAddressClean();
      const choice = fresh.page.getByRole("combobox");
      if (await choice.count()) await choice.selectOption("demo");
      await fresh.button("Copy: Second request").click();
      await fresh.page.getByText("Copied.").waitFor();
      const answer = JSON.parse(await shell.paste(await fresh.page.evaluate(() => navigator.clipboard.readText())));
      assert.deepEqual(Object.keys(answer), ["access", "refresh", "token", "user"]);
    } finally {
      shell.stop();
    }
  } },
];

const refusing = [
  { name: "a refusal says that nobody was signed in, and how to try again", async check(tab) {
    tab.expected.push(refused);
    await tab.goToDemo();
    await tab.button("Refuse").click();
    await tab.expectHeading("Not signed in");
    await tab.page.getByText(/^Authentication process canceled/).waitFor();
    await tab.page.getByText("nobody was signed in").waitFor();
    await tab.expectAddressClean();
    await tab.page.getByRole("link", { name: "Try again" }).click();
    await tab.expectHeading("Sign in");
  } },
  { name: "a reload of the callback finishes nothing again: it shows who is signed in, or nobody", async check(tab) {
    await tab.signIn();
    const posts = [];
    tab.page.on("request", (request) => request.method() === "POST" && posts.push(new URL(request.url()).pathname));
    await tab.page.reload();
    await tab.expectSignedIn();
    assert.deepEqual(posts, ["/auth/jwt/refresh/"]);
    await tab.page.evaluate(() => localStorage.clear());
    await tab.page.reload();
    await tab.expectHeading("Nothing to finish");
    assert.equal(posts.length, 1);
  } },
  { name: "an answer that this browser did not ask for is not finished unasked, and refused when asked", async check(tab) {
    tab.expected.push(refused);
    const stolen = await attackersAnswer(tab);
    await tab.goToSignIn();
    const posts = [];
    tab.page.on("request", (request) => request.method() === "POST" && posts.push(request.url()));
    await tab.page.goto(stolen);
    await tab.expectHeading("One more step");
    assert.deepEqual(posts, []);
    const choice = tab.page.getByRole("combobox");
    if (await choice.count()) await choice.selectOption("demo");
    await tab.button("Finish in this browser").click();
    await tab.expectHeading("Not signed in");
    await tab.page.getByText("by the browser that began it").waitFor();
  } },
  { name: "a typed-in address that is none is pointed out", async check(tab) {
    tab.expected.push(refused);
    await tab.goToDemo();
    await tab.page.getByLabel("Name").fill("Zoe");
    await tab.page.evaluate(() => document.querySelector("input[type=email]").setAttribute("type", "text"));
    await tab.page.getByLabel("E-mail, if any").fill("no address");
    await tab.button("Sign in with this name").click();
    await tab.page.getByRole("alert").getByText("That is not an e-mail address.").waitFor();
    await tab.button(/^Alva/).click();
    await tab.expectSignedIn();
  } },
  { name: "a server that does not answer is named as the trouble", async check(tab) {
    tab.expected.push(/net::ERR_FAILED/);
    await tab.page.route("**/o/", (route) => route.abort());
    await tab.page.goto(`${tab.origin}/`);
    await tab.page.getByRole("alert").getByText("No answer from the server.").waitFor();
  } },
  { name: "with no provider the page says how to enable one", async check(tab) {
    await tab.page.route("**/o/", (route) => route.fulfill({ json: [] }));
    await tab.page.goto(`${tab.origin}/`);
    await tab.page.getByRole("alert").getByText("latchstring providers").waitFor();
  } },
  { name: "an authorization_url that is no web address is not gone to", async check(tab) {
    await tab.page.route("**/o/*/?*", (route) => route.fulfill({ json: { authorization_url: "javascript:alert(1)" } }));
    await tab.goToSignIn();
    await tab.button(/^Continue with .*demo/i).click();
    await tab.page.getByRole("alert").getByText("no web page").waitFor();
  } },
  { name: "the policy of each page stops inline code", async check(tab) {
    tab.expected.push(/Content Security Policy|TrustedScript/);
    const runs = () => tab.page.evaluate(() => {
      const script = document.createElement("script");
      try {
        script.textContent = "window.ran = true";
        document.body.append(script);
      } catch { /* Trusted Types refuse the text already */ }
      return window.ran === true;
    });
    await tab.goToSignIn();
    assert.equal(await runs(), false);
    await tab.goToDemo();
    assert.equal(await runs(), false);
    await tab.button(/^Alva/).click();
    await tab.expectSignedIn();
    assert.equal(await runs(), false);
  } },
];

export const cases = [...signing, ...refusing, ...served, ...redirect, ...account, ...tabs, ...types, ...looks];
