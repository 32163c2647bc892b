// advice.js: what to do about an error, by its text or its status. The rows are advice.json, which the server's error page uses too.
import { t } from "./texts.js";

const rows = await fetch(new URL("advice.json", import.meta.url)).then((answer) => answer.json()).catch(() => []);

export function advice({ message, status }) {
  if (status === 0 && message === "No answer from the server.") return t("advice.offline");
  const text = message.toLowerCase();
  const row = rows.find(({ holds, status: of }) => (holds ? holds.some((part) => text.includes(part)) : of === status));
  // The keys are in advice.json; tools/pages.py has seen that there is a text for each.
  return t(row?.advice ?? "advice.other");
}
