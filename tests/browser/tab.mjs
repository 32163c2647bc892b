// tab.mjs: the verbs of the cases: a tab of a browser in which somebody signs in. It writes down whatever the browser complains about.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { root } from "./server.mjs";

const axe = createRequire(import.meta.url)("axe-core").source;
const shots = `${root}build/screenshots`;

export class Tab {
  complaints = [];
  expected = [];  // patterns of complaints that a case provokes

  constructor(context, page, origin) {
    Object.assign(this, { context, page, origin });
    this.watch(page);
  }

  static async open(browser, origin, { width = 1280, scheme = "light", locale = "en-GB", script = true, patience = 1 }) {
    const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: scheme, locale, javaScriptEnabled: script });
    context.setDefaultTimeout(10_000 * patience);
    await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin });
    return new Tab(context, await context.newPage(), origin);
  }

  /// A second tab of the same browser; with ownContext a second device, which whoever asks for it closes.
  async another({ ownContext = false } = {}) {
    const context = ownContext ? await this.context.browser().newContext({ locale: "en-GB" }) : this.context;
    const tab = new Tab(context, await context.newPage(), this.origin);
    Object.assign(tab, { complaints: this.complaints, expected: this.expected });
    return tab;
  }

  watch(page) {
    page.on("console", (message) => {
      const place = message.location().url.split("?")[0];
      if (["error", "warning"].includes(message.type())) this.complaints.push(`${message.text()} (${place})`);
    });
    page.on("pageerror", (error) => this.complaints.push(`exception: ${error.message}`));
    page.on("dialog", (dialog) => (this.complaints.push(`dialog: ${dialog.message()}`), dialog.dismiss()));
  }

  /// No error on the console, no exception, no refused load: a policy violation would be one of these.
  expectQuiet() {
    assert.deepEqual(this.complaints.filter((text) => !this.expected.some((pattern) => pattern.test(text))), []);
  }

  close() {
    return this.context.close();
  }

  button(name) {
    return this.page.getByRole("button", { name });
  }

  async goToSignIn() {
    await this.page.goto(`${this.origin}/`);
    await this.button(/^Continue with .*demo/i).waitFor();
  }

  async goToDemo() {
    await this.goToSignIn();
    await this.button(/^Continue with .*demo/i).click();
    await this.page.getByRole("heading", { name: "Demo sign-in" }).waitFor();
  }

  async signIn(person = "Alva Lindqvist") {
    await this.goToDemo();
    await this.button(new RegExp(`^${person}`)).click();
    await this.expectSignedIn();
  }

  async expectHeading(pattern) {
    await this.page.getByRole("heading", { level: 1, name: pattern }).waitFor();
  }

  expectSignedIn() {
    return this.expectHeading(/^Signed in as ./);
  }

  /// The text of a "name: value" row of the table under that heading.
  cell(caption, row) {
    const table = this.page.locator("table", { has: this.page.getByText(caption, { exact: true }) });
    return table.locator("tr", { has: this.page.locator(`th:text-is("${row}")`) }).locator("td").innerText();
  }

  /// The token as shown under "Access token" or "Refresh token".
  token(title) {
    const section = this.page.locator("section.token", { has: this.page.getByRole("heading", { name: title }) });
    return section.locator("pre code").textContent();
  }

  async expectAddressClean() {
    assert.equal(await this.page.evaluate(() => location.href), `${this.origin}/callback.html`);
  }

  async screenshot(name) {
    mkdirSync(shots, { recursive: true });
    await this.page.screenshot({ path: `${shots}/${name}.png`, fullPage: true });
  }

  async expectNoSidewaysScroll() {
    const [content, room] = await this.page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
    assert.ok(content <= room, `content is ${content} px wide, the window ${room} px`);
  }

  /// axe-core's rules for WCAG 2.1 A and AA, contrast among them.
  async expectAccessible() {
    const found = await this.page.evaluate(async (source) => {
      if (!window.axe) (0, eval)(source);
      const report = await window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"] });
      return report.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(" ")).join(", ")}`);
    }, axe);
    assert.deepEqual(found, []);
  }
}
