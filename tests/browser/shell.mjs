// shell.mjs: a shell that lines are pasted into, one after another: variables live on between them.
import { spawn } from "node:child_process";

export class Shell {
  #child = spawn("/bin/sh", [], { stdio: ["pipe", "pipe", "inherit"] });
  #output = "";

  constructor() {
    this.#child.stdout.on("data", (bytes) => (this.#output += bytes));
  }

  /// Runs the lines and gives what they print.
  async paste(lines) {
    const end = `done-${Math.random().toString(36).slice(2)}`;
    this.#output = "";
    this.#child.stdin.write(`${lines}\necho\necho ${end}\n`);
    for (let i = 0; i < 300; ++i) {
      if (this.#output.includes(end)) return this.#output.slice(0, this.#output.indexOf(end)).trim();
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`the shell did not finish: ${this.#output}`);
  }

  stop() {
    this.#child.kill();
  }
}
