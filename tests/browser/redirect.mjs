// redirect.mjs: signing in with a cookie: without a script, by a form_post, refused, and what the pages' policy stops.
import assert from "node:assert/strict";
import { accountPath, enter, expectSignIn, ready, somebody } from "./account.mjs";

const withoutScript = { name: "without a script: sign in, arrive at the account, sign out", script: false, async check(tab) {
  await enter(tab, somebody("Åsa <b>&amp;"));
  await tab.page.getByText("You are signed in as Åsa <b>&amp;.").waitFor();
  assert.match(await tab.page.locator("noscript").innerText(), /Without JavaScript/);
  await tab.page.goto(`${tab.origin}/auth/login`);
  await tab.page.getByText("You are signed in as Åsa <b>&amp;.").waitFor();
  await tab.page.getByRole("link", { name: "Your account" }).click();
  await tab.page.locator("#sign-out button").click();
  await tab.expectHeading("Signed out");
  await tab.page.goto(tab.origin + accountPath);
  await expectSignIn(tab);
} };

/// A provider of another site answers by a form that its page posts (form_post): no SameSite=Lax cookie comes along.
async function postFromElsewhere(tab, person) {
  const begun = await tab.context.request.get(`${tab.origin}/auth/o/demo/login?next=${accountPath}`, { maxRedirects: 0 });
  const chosen = await tab.context.request.post(begun.headers().location, { form: { person: "other", ...person }, maxRedirects: 0 });
  const back = new URL(chosen.headers().location);
  const fields = [...back.searchParams].map(([name, value]) => `<input type="hidden" name="${name}" value="${value}">`).join("");
  const body = `<!doctype html><title>Elsewhere</title><link rel="icon" href="data:,">
    <form method="post" action="${back.origin}${back.pathname}">${fields}<button>Back</button></form>`;
  await tab.page.route("http://elsewhere.example/", (route) => route.fulfill({ contentType: "text/html", body }));
  await tab.page.goto("http://elsewhere.example/");
  await tab.button("Back").click();
}

const posted = [true, false].map((script) => ({
  name: `a form_post from another site is sent on by a page of ours, ${script ? "by itself" : "without a script by its button"}`,
  script,
  async check(tab) {
    const person = somebody();
    await postFromElsewhere(tab, person);
    if (!script) {
      await tab.expectHeading("One moment…");
      await tab.screenshot("continue");
      await tab.button("Continue").click();
    }
    await tab.expectHeading("Your account");
    await tab.page.getByText(`You are signed in as ${person.name}.`).waitFor();
  },
}));

const refusals = [
  { name: "error page: a refusal at the provider, with the way back to where one wanted to go", async check(tab) {
    tab.expected.push(/\b40\d\b/);
    await tab.page.goto(`${tab.origin}/auth/login?next=${accountPath}`);
    await tab.page.getByRole("link", { name: /^Continue with .*demo/i }).click();
    await tab.button("Refuse").click();
    await tab.expectHeading("This did not work");
    await tab.page.getByText("You, or the provider, said no.").waitFor();
    assert.match(await tab.page.locator("code").innerText(), /^[0-9a-f]{16}$/);
    await tab.page.getByRole("link", { name: "Back to the sign-in page" }).click();
    await expectSignIn(tab);
  } },
  { name: "error page: next does not lead to another site", async check(tab) {
    tab.expected.push(/\b400\b/);
    await tab.page.goto(`${tab.origin}/auth/login?next=https://evil.example/`);
    await tab.expectHeading("This did not work");
    assert.equal(await tab.page.locator("a[href*=evil]").count(), 0);
  } },
  { name: "the policy of the account page stops inline code and foreign content", async check(tab) {
    tab.expected.push(/Content Security Policy|TrustedScript/);
    await enter(tab);
    await ready(tab);
    const ran = await tab.page.evaluate(async () => {
      const script = document.createElement("script");
      try {
        script.textContent = "window.ran = true";
      } catch { /* Trusted Types refuse the text already */ }
      document.body.append(script);
      const image = document.createElement("img");
      const loaded = new Promise((resolve) => ["load", "error"].forEach((type) => image.addEventListener(type, () => resolve(type))));
      image.src = "https://evil.example/x.png";
      document.body.append(image);
      return [window.ran === true, await loaded];
    });
    assert.deepEqual(ran, [false, "error"]);
  } },
];

export const redirect = [withoutScript, ...posted, ...refusals];
