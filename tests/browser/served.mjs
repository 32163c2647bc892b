// served.mjs: the pages that latchstring serves itself, below the mount: in the reader's language, with and without a script.
import assert from "node:assert/strict";

const languages = { "en-GB": ["en", "Sign in"], "de-AT": ["de", "Anmelden"], "es-MX": ["es", "Iniciar sesión"], "fr-CA": ["fr", "Connexion"],
  "ja-JP": ["ja", "ログイン"], "pl-PL": ["pl", "Logowanie"], "pt-BR": ["pt", "Entrar"], "zh-CN": ["zh-Hans", "登录"], "nl-NL": ["en", "Sign in"] };

/// Everything that a browser shows of pages below the mount, without signing in.
const open = {
  "/": (tab) => tab.page.locator("#by-hand").waitFor(),
  "/callback.html": (tab) => tab.page.locator("h1:focus").waitFor(),
  "/auth/login": () => {},
  "/auth/signed-out": () => {},
};

const inLanguages = Object.entries(languages).map(([locale, [language, heading]]) => ({
  name: `in ${locale} every page speaks ${language}, and fits 320 px`,
  locale,
  width: 320,
  async check(tab) {
    for (const [path, ready] of Object.entries(open)) {
      await tab.page.goto(tab.origin + path);
      await ready(tab);
      assert.equal(await tab.page.evaluate(() => document.documentElement.lang), language, path);
      assert.doesNotMatch(await tab.page.locator("body").innerText(), /\{|\b[a-z_]+\.[a-z]+_[a-z_]+\b/, path);  // no place, no key
      await tab.expectNoSidewaysScroll();
      await tab.screenshot(`${language}-${path.replaceAll("/", "_")}`);
    }
    await tab.page.goto(`${tab.origin}/auth/login`);
    await tab.expectHeading(heading);
  },
}));

const serving = [
  { name: "a page's files are fetched once: their addresses change with them", async check(tab) {
    await tab.page.goto(`${tab.origin}/auth/login`);
    const sheet = await tab.page.locator("link[rel=stylesheet]").getAttribute("href");
    const answer = await tab.context.request.get(tab.origin + sheet);
    assert.equal(answer.headers()["cache-control"], "public, max-age=31536000, immutable");
    const plain = await tab.context.request.get(`${tab.origin}/auth/www/style.css`);
    assert.equal(plain.headers()["cache-control"], "no-cache");
    const again = await tab.context.request.get(`${tab.origin}/auth/www/style.css`, { headers: { "If-None-Match": plain.headers().etag } });
    assert.equal(again.status(), 304);
  } },
  { name: "latchstring.js works from below the mount, with nothing said about where that is", async check(tab) {
    await tab.goToSignIn();
    const ids = await tab.page.evaluate(async () => {
      document.querySelector("meta[name=latchstring-mount]").remove();
      const { providers } = await import("/auth/www/latchstring.js");
      return (await providers()).map(({ id }) => id);
    });
    assert.ok(ids.includes("demo"));
  } },
];

export const served = [...serving, ...inLanguages];
