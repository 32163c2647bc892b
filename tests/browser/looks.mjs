// looks.mjs: every page at three widths, light and dark: nothing is cut off, nothing is inaccessible; pictures for people to look at.
import { enter, ready } from "./account.mjs";

const pages = [
  ["sign-in", (tab) => tab.goToSignIn()],
  ["demo", (tab) => tab.goToDemo()],
  ["signed-in", (tab) => tab.signIn()],
  ["not-signed-in", async (tab) => {
    tab.expected.push(/Failed to load resource.*\b400\b/);
    await tab.goToDemo();
    await tab.button("Refuse").click();
    await tab.expectHeading("Not signed in");
  }],
  ["one-more-step", async (tab) => {
    await tab.page.goto(`${tab.origin}/callback.html?code=${"Zx9".repeat(90)}&state=${"aB3".repeat(18)}`);
    await tab.expectHeading("One more step");
  }],
];

const served = [
  ["login", (tab) => tab.page.goto(`${tab.origin}/auth/login`)],
  ["signed-out", (tab) => tab.page.goto(`${tab.origin}/auth/signed-out`)],
  ["error", async (tab) => {
    tab.expected.push(/\b400\b/);
    await tab.page.goto(`${tab.origin}/auth/login?next=https://evil.example/`);
  }],
  ["account", async (tab) => {
    await enter(tab);
    await ready(tab);
  }],
  ["account-asking", async (tab) => {
    await tab.button("Sign out everywhere").click();
    await tab.page.getByRole("dialog").waitFor();
  }],
  ["login-signed-in", (tab) => tab.page.goto(`${tab.origin}/auth/login?next=/auth/account`)],
];

const widths = [320, 390, 1280];
const schemes = ["light", "dark"];

const kinds = { "page to try it out": pages, "page that is served": served };
const each = Object.entries(kinds).flatMap(([kind, list]) => widths.flatMap((width) => schemes.map((scheme) => ({ kind, list, width, scheme }))));

export const looks = each.map(({ kind, list, width, scheme }) => ({
  name: `every ${kind} is whole and accessible at ${width} px, ${scheme}`,
  width,
  scheme,
  async check(tab) {
    for (const [name, open] of list) {
      await open(tab);
      if (await tab.page.locator("dialog").count() === 0) {  // what is below a dialog cannot be pressed
        for (const summary of await tab.page.locator("summary").all()) await summary.click();
      }
      await tab.expectNoSidewaysScroll();
      await tab.expectAccessible();
      await tab.screenshot(`${name}-${width}-${scheme}`);
    }
  },
}));
