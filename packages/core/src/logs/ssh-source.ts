import { randomUUID } from "node:crypto";
import { inputError } from "../errors/input-errors.ts";
import { quoteCommand } from "../spec/command/shell-quote.ts";
import { excerpt } from "../text/text.ts";
import type { LogFile, LogSource } from "./source.ts";

const mostListedBytes = 4 * 1024 * 1024;

/**
 * A folder of logs on another machine, read through one `ssh` for all requests. The machine needs sh,
 * find, stat, tail and head.
 */
export async function openSshFolder(
  host: string,
  dir: string,
  env: NodeJS.ProcessEnv,
): Promise<LogSource> {
  const session = await openSession(host, env);
  // What the login prints first is before the mark.
  session.write(`echo; echo ${session.mark}`);
  const ready = session.takeUntilMark();
  ready.catch(() => {});
  const enter = `cd ${quoteCommand(["", dir]).slice(3)} 2> /dev/null`;
  return {
    async list() {
      await ready;
      const { mark } = session;
      const stat = "find . -maxdepth 1 -type f -exec stat -c '%s %Y %n' {} + 2> /dev/null";
      session.write(`if ${enter}; then ${stat}; echo ${mark} 0; else echo ${mark} 1; fi`);
      const text = await session.takeUntilMark();
      return text.endsWith(`${mark} 1`) ? undefined : text.split("\n").flatMap(toFile);
    },
    async read(name, from, length) {
      await ready;
      const file = quoteCommand(["", `./${name}`]).slice(3);
      // Filled up, so that a file that has become shorter leaves nobody waiting.
      const bytes = `tail -c +${from + 1} ${file}; head -c ${length} /dev/zero`;
      session.write(`{ ${enter}; ${bytes}; } 2> /dev/null | head -c ${length}`);
      return session.take((all) => (all.length < length ? undefined : length));
    },
    close: session.close,
  };
}

/** A shell on another machine: lines in, bytes out. */
async function openSession(host: string, env: NodeJS.ProcessEnv) {
  const { spawn } = await import("node:child_process");
  const words = ["-T", "-o", "ConnectTimeout=15", "--", host, "sh"];
  const child = spawn("ssh", words, { env, stdio: "pipe" });
  const mark = `qizhi-${randomUUID()}`;
  const answers = new Answers(host);
  let troubles = "";
  child.stdin.on("error", () => {});
  child.stdout.on("data", (data: Buffer) => answers.push(data));
  child.stderr.on("data", (data: Buffer) => (troubles = (troubles + data.toString()).slice(-2000)));
  child.on("error", (error) => answers.fail(error.message));
  child.on("close", (code) => answers.fail(troubles || `ssh ended with exit code ${code}`));
  return {
    mark,
    write: (line: string) => void child.stdin.write(`${line}\n`),
    take: (find: FindEnd) => answers.take(find),
    async takeUntilMark(): Promise<string> {
      const answer = await answers.take((bytes) => {
        if (bytes.length > mostListedBytes) answers.fail("it answered with too much");
        const at = bytes.indexOf(mark);
        const end = at === -1 ? -1 : bytes.indexOf("\n", at);
        return end === -1 ? undefined : end + 1;
      });
      return answer.toString().trimEnd();
    },
    close() {
      child.stdin.end();
      child.kill();
    },
  };
}

/** Where an answer ends in what has come, once it is all there. */
type FindEnd = (bytes: Buffer) => number | undefined;

/** What has come from the other machine and nobody has taken yet. */
class Answers {
  readonly #host: string;
  #received: Buffer = Buffer.alloc(0);
  #failure: Error | undefined;
  #wake = () => {};

  constructor(host: string) {
    this.#host = host;
  }

  push(data: Buffer): void {
    this.#received = Buffer.concat([this.#received, data]);
    this.#wake();
  }

  fail(reason: string): void {
    const facts = { host: this.#host, reason: excerpt(reason.trim(), 300) };
    this.#failure ??= inputError("logs_ssh", facts);
    this.#wake();
  }

  /** Waits until an answer is there, and takes it out. */
  async take(find: FindEnd): Promise<Buffer> {
    for (;;) {
      const end = find(this.#received);
      if (end !== undefined) {
        const answer = Buffer.from(this.#received.subarray(0, end));
        this.#received = this.#received.subarray(end);
        return answer;
      }
      if (this.#failure !== undefined) throw this.#failure;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}

function toFile(line: string): LogFile[] {
  const [, size, seconds, name = ""] = /^(\d+) (\d+) \.\/([^/]+)$/.exec(line) ?? [];
  return size === undefined
    ? []
    : [{ name, size: Number(size), changedAt: Number(seconds) * 1000 }];
}
