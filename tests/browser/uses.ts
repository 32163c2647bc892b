// uses.ts: what front ends write, right and wrong; types.mjs compiles it. A line below an "expect-error" has to be an error.
import * as latchstring from "../../www/latchstring.js";
import { accessToken, complete, configure, fetch, onChange, providers, Refused, renew, signIn, signOut, user } from "../../www/latchstring.js";

export async function right(): Promise<void> {
  configure({ mount: "/login", storage: "session", apis: ["https://api.example"] });
  configure();
  const titles: string[] = (await providers()).map((provider) => provider.title);
  await signIn(titles[0] ?? "github", { redirectUri: "https://app.example/cb", next: "/" });
  await signIn("github", { next: "/me" });
  await signIn("github");
  const { user: name, access, next } = await complete();
  const where: string = next ?? "/";
  const answer: Response = await fetch(new URL("https://app.example/x"), { method: "POST", body: name + access + where });
  const me = await user();
  const email: string = me?.email ?? (await answer.text());
  const stop: () => void = onChange((signedIn: boolean) => console.log(signedIn, email));
  stop();
  const token: string | undefined = await accessToken();
  const pair = await renew();
  const { end_session_url } = await signOut({ everywhere: token !== pair?.access });
  if (end_session_url) location.assign(end_session_url);
  try {
    await latchstring.finish("github", new URLSearchParams(location.search));
  } catch (error) {
    if (error instanceof Refused) console.log(error.status + 1, error.message);
  }
}

export async function wrong(): Promise<void> {
  // @ts-expect-error no such place
  configure({ storage: "cookie" });
  // @ts-expect-error a provider is named
  await signIn();
  // @ts-expect-error nobody may be signed in
  console.log((await user()).email);
  // @ts-expect-error a number
  await signIn("github", { next: 1 });
  // @ts-expect-error there may be no token
  const token: string = await accessToken();
  // @ts-expect-error no such function
  latchstring.login("github", token);
}
