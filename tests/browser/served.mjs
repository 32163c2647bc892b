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

const agents = [
  ["Firefox · Linux", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"],
  ["Chrome · Windows", "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36"],
  ["Chrome · Linux", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/150.0.0.0 Safari/537.36"],
  ["Edge · Windows", "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36 Edg/150.0.0.0"],
  ["Chrome · Android", "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Mobile Safari/537.36"],
  ["Safari · iPhone", "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1"],
  ["Safari · macOS", "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15"],
  ["curl", "curl/7.88.1"], ["our-app/2.1", "our-app/2.1"], ["", ""],
];

serving.push({ name: "devices have names that people tell them apart by", async check(tab) {
  await tab.goToSignIn();
  const named = await tab.page.evaluate(async (all) => {
    const { deviceName } = await import("/device.js");
    return all.map((agent) => deviceName(agent));
  }, agents.map(([, agent]) => agent));
  assert.deepEqual(named, agents.map(([name]) => name));
} });

export const served = [...serving, ...inLanguages];
