// browser.mjs: Debian's Chromium, quiet on the network. Playwright gives each start a new, empty profile.
import { chromium } from "playwright-core";

const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"];

/// A Playwright browser with stop(), which ends the process by its id if it does not close.
export async function startBrowser(patience) {
  const server = await chromium.launchServer({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", headless: true, args, host: "127.0.0.1", timeout: 60_000 * patience,
    handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false,  // run.mjs ends it
  });
  const browser = await chromium.connect(server.wsEndpoint());
  browser.stop = async () => {
    const late = setTimeout(() => server.process().kill("SIGKILL"), 10_000);
    await server.close();
    clearTimeout(late);
  };
  return browser;
}
