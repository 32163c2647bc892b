// device.js: "Firefox · Linux" for a User-Agent, as far as a person can tell devices apart by it. The first row that fits counts.
const browsers = [["Edge", /\bEdgA?\//], ["Opera", /\bOPR\//], ["Samsung Internet", /\bSamsungBrowser\//], ["Firefox", /\b(Firefox|FxiOS)\//],
  ["Chrome", /(Chrome|CriOS)\//], ["Safari", /\bSafari\//], ["curl", /^curl\//]];
const systems = [["iPhone", /\biPhone\b/], ["iPad", /\biPad\b/], ["Android", /\bAndroid\b/], ["Windows", /\bWindows\b/], ["ChromeOS", /\bCrOS\b/],
  ["macOS", /\bMac OS X\b/], ["Linux", /\bLinux\b/]];

const first = (rows, agent) => rows.find(([, pattern]) => pattern.test(agent))?.[0];

export function deviceName(agent = "") {
  const known = [first(browsers, agent), first(systems, agent)].filter(Boolean);
  return known.length > 0 ? known.join(" · ") : agent.slice(0, 60);
}
