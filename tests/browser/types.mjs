// types.mjs: latchstring.d.ts says what latchstring.js has, and a program that keeps to it compiles.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { root } from "./server.mjs";

const ts = createRequire(import.meta.url)("typescript");
const declarations = `${root}www/latchstring.d.ts`;
const options = { strict: true, noEmit: true, target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, lib: ["lib.es2022.d.ts", "lib.dom.d.ts"],
  moduleResolution: ts.ModuleResolutionKind.Bundler, types: [] };

/// "Name: kind" of what a compiled module exports, by the declarations.
function declared() {
  const program = ts.createProgram([declarations], options);
  const checker = program.getTypeChecker();
  const module = checker.getSymbolAtLocation(program.getSourceFile(declarations));
  return checker.getExportsOfModule(module).filter((one) => one.flags & ts.SymbolFlags.Value).map((one) => one.name).sort();
}

export const types = [
  { name: "types: a page that keeps to latchstring.d.ts compiles, and one that does not fails", async check() {
    const program = ts.createProgram([`${root}tests/browser/uses.ts`], options);
    const found = ts.getPreEmitDiagnostics(program);
    assert.deepEqual(found.map((one) => ts.flattenDiagnosticMessageText(one.messageText, " ")), []);
  } },
  { name: "types: every declared function is there, and every function is declared", async check(tab) {
    await tab.goToSignIn();
    const there = await tab.page.evaluate(async () => Object.keys(await import("/latchstring.js")).sort());
    assert.deepEqual(there, declared());
  } },
];
