// account.mjs: signed in by a cookie: everything that the account page can do. The demo provider takes any
// name, so each case has a person of its own.
import assert from "node:assert/strict";

export const accountPath = "/auth/account";
let count = 0;
/// Somebody whom no other case knows.
export const somebody = (name = "Zoë Quist") => ({ name, email: `guest-${process.pid}-${++count}@example.com` });

/// On the demo provider's page: signs in as that person.
async function choose(tab, { name, email }) {
  await tab.page.getByLabel("Name").fill(name);
  await tab.page.getByLabel("E-mail, if any").fill(email);
  await tab.button("Sign in with this name").click();
}

/// Signs in on the server's own page, with a cookie.
export async function enter(tab, person = somebody()) {
  await tab.page.goto(`${tab.origin}/auth/login?next=${accountPath}`);
  await tab.page.getByRole("link", { name: /^Continue with .*demo/i }).click();
  await choose(tab, person);
  await tab.expectHeading("Your account");
  return person;
}

export const ready = (tab) => tab.page.locator("#sessions .rows li").first().waitFor();
const rows = (tab, section) => tab.page.locator(`#${section} .rows li`);
const saying = (tab, section, text) => tab.page.locator(`#${section} .said`).getByText(text).waitFor();
export const expectSignIn = (tab) => tab.page.waitForURL(/\/auth\/login\?next=%2Fauth%2Faccount$/);

async function link(tab, person) {
  await tab.page.getByText("Add a way to sign in").click();
  await tab.button(/^Add .*demo/i).click();
  await tab.page.getByRole("heading", { name: "Demo sign-in" }).waitFor();
  await choose(tab, person);
}

/// The same person on another device.
async function elsewhere(tab, person, work) {
  const device = await tab.another({ ownContext: true });
  try {
    await enter(device, person);
    await work(device);
  } finally {
    await device.close();
  }
}

const profile = [
  { name: "account: a stranger is sent to sign in, and comes back", async check(tab) {
    await tab.page.goto(tab.origin + accountPath);
    await expectSignIn(tab);
    await tab.page.getByRole("link", { name: /^Continue with .*demo/i }).click();
    await choose(tab, somebody());
    await tab.expectHeading("Your account");
    assert.equal(await tab.page.evaluate(() => location.pathname + location.search), accountPath);
  } },
  { name: "account: the name is changed, and markup in it stays text", async check(tab) {
    const { email } = await enter(tab);
    await tab.page.locator("#facts").getByText(email).waitFor();
    await tab.page.getByLabel("Name").fill("Zoë <img src=x onerror=alert(1)>");
    await tab.page.keyboard.press("Enter");
    await saying(tab, "profile", "Saved.");
    await tab.page.reload();
    await ready(tab);
    assert.equal(await tab.page.getByLabel("Name").inputValue(), "Zoë <img src=x onerror=alert(1)>");
    assert.equal(await tab.page.locator("main img").count(), 0);
  } },
  { name: "account: a part that the server refuses to show says so in its place, the others are there", async check(tab) {
    tab.expected.push(/\b503\b/);
    await tab.page.route("**/users/me/sessions/", (route) => route.fulfill({ status: 503, json: { detail: "Busy." } }));
    await enter(tab);
    await saying(tab, "sessions", "Busy.");
    await saying(tab, "sessions", "Wait a moment and try again.");
    assert.equal(await rows(tab, "identities").count(), 1);
  } },
];

const identities = [
  { name: "account: the only way to sign in cannot be removed, and the page says why", async check(tab) {
    await enter(tab);
    await ready(tab);
    assert.equal(await rows(tab, "identities").count(), 1);
    await rows(tab, "identities").getByText("This is your only way to sign in").waitFor();
    assert.equal(await tab.button(/^Remove/).count(), 0);
  } },
  { name: "account: another way to sign in is added and removed", async check(tab) {
    await enter(tab);
    await ready(tab);
    const other = somebody("Second Self");
    await link(tab, other);
    await tab.expectHeading("Your account");
    await ready(tab);
    assert.equal(await rows(tab, "identities").count(), 2);
    const row = rows(tab, "identities").filter({ hasText: other.email });
    await row.getByRole("button", { name: /^Remove/ }).click();
    await tab.button("Cancel").click();
    assert.equal(await rows(tab, "identities").count(), 2);
    await row.getByRole("button", { name: /^Remove/ }).click();
    await tab.page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
    await saying(tab, "identities", /has been removed/);
    assert.equal(await rows(tab, "identities").count(), 1);
    assert.equal(await row.count(), 0);
  } },
  { name: "account: what belongs to somebody else is not added, and the page says what to do", async check(tab) {
    tab.expected.push(/\b40\d\b/);
    const taken = somebody("Owner");
    await elsewhere(tab, taken, () => {});
    await enter(tab);
    await ready(tab);
    await link(tab, taken);
    await tab.expectHeading("This did not work");
    await tab.page.getByText("This belongs to another account already.").waitFor();
    await tab.page.getByRole("link", { name: "Your account" }).click();
    await tab.expectHeading("Your account");
    await ready(tab);
    assert.equal(await rows(tab, "identities").count(), 1);
  } },
];

const devices = [
  { name: "account: a device is signed out from another one", async check(tab) {
    const person = await enter(tab);
    await elsewhere(tab, person, async (device) => {
      await tab.page.reload();
      await ready(tab);
      assert.equal(await rows(tab, "sessions").count(), 2);
      assert.equal(await rows(tab, "sessions").getByText("this device").count(), 1);
      await rows(tab, "sessions").getByRole("button", { name: /^Sign out .* · Linux/ }).click();
      await saying(tab, "sessions", /has been signed out/);
      assert.equal(await rows(tab, "sessions").count(), 1);
      device.expected.push(/\b401\b/);
      await device.page.getByLabel("Name").fill("Too late");
      await device.button("Save").click();
      await expectSignIn(device);
    });
  } },
  { name: "account: all other devices are signed out", async check(tab) {
    const person = await enter(tab);
    await elsewhere(tab, person, async (device) => {
      await tab.page.reload();
      await ready(tab);
      await tab.button("Sign out all other devices").click();
      await tab.page.getByRole("dialog").getByRole("button", { name: "Sign out all other devices" }).click();
      await saying(tab, "sessions", "All other devices have been signed out.");
      assert.equal(await rows(tab, "sessions").count(), 1);
      await device.page.goto(tab.origin + accountPath);
      await expectSignIn(device);
    });
  } },
  { name: "account: sign out here", async check(tab) {
    await enter(tab);
    await ready(tab);
    await tab.page.locator("#sign-out button").click();
    await tab.expectHeading("Signed out");
    await tab.page.goto(tab.origin + accountPath);
    await expectSignIn(tab);
  } },
  { name: "account: sign out everywhere", async check(tab) {
    const person = await enter(tab);
    await elsewhere(tab, person, async (device) => {
      await ready(tab);
      await tab.button("Sign out everywhere").click();
      await tab.page.getByRole("dialog").getByRole("button", { name: "Sign out everywhere" }).click();
      await tab.expectHeading("Signed out");
      await device.page.goto(tab.origin + accountPath);
      await expectSignIn(device);
    });
  } },
];

const deletion = [
  { name: "account: it is deleted by whoever types the user name, and by keyboard alone", async check(tab) {
    await enter(tab);
    await ready(tab);
    const username = await tab.page.locator("#typed").getAttribute("data-username");
    const summary = tab.page.locator("summary", { hasText: "Delete this account…" });
    await summary.focus();
    await tab.page.keyboard.press("Enter");
    await tab.page.keyboard.press("Tab");
    await tab.page.keyboard.type(`${username}x`);
    await tab.page.keyboard.press("Enter");
    await saying(tab, "deletion", "That is not the user name.");
    assert.equal(await tab.page.evaluate(() => document.activeElement.id), "typed");
    await tab.page.keyboard.press("Backspace");
    await tab.page.keyboard.press("Enter");
    await tab.expectHeading("Account deleted");
    await tab.page.goto(tab.origin + accountPath);
    await expectSignIn(tab);
  } },
];

export const account = [...profile, ...identities, ...devices, ...deletion];
