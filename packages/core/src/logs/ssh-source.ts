import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { inputError } from "../errors/input-errors.ts";
import { quoteArgument } from "../spec/command/shell-quote.ts";
import { excerpt } from "../text/text.ts";
import type { LogFile, LogSource } from "./source.ts";

const mostListedBytes = 4 * 1024 * 1024;

/** Another machine, asked through one `ssh` for everything. It needs sh, find, stat, tail and head. */
export type SshHost = Awaited<ReturnType<typeof openSshHost>>;

type ProcessEnv = Record<string, string | undefined>;

/** Starts the `ssh` to a machine; that it fails is said by the first answer. */
export async function openSshHost(host: string, env: ProcessEnv) {
  const { spawn } = await import("node:child_process");
  const words = ["-T", "-o", "ConnectTimeout=15", "--", host, "sh"];
  const session = new Session(host, spawn("ssh", words, { env, stdio: "pipe" }));
  const { mark } = session;
  // What the login prints first is before the mark.
  session.ask(`echo; echo ${mark}`).catch(() => {});
  return { openFolder, has, /** Ends the `ssh`. */ close: () => session.close() };

  async function has(path: string): Promise<boolean> {
    const answer = await session.ask(`[ -e ${quoteArgument(path)} ]; echo ${mark} $?`);
    return answer.toString().endsWith(`${mark} 0\n`);
  }

  function openFolder(dir: string): LogSource {
    const enter = `cd ${quoteArgument(dir)} 2> /dev/null`;
    return {
      async list() {
        const stat = "find . -maxdepth 1 -type f -exec stat -c '%s %Y %n' {} + 2> /dev/null";
        const line = `if ${enter}; then ${stat}; echo ${mark} 0; else echo ${mark} 1; fi`;
        const text = (await session.ask(line)).toString().trimEnd();
        return text.endsWith(`${mark} 1`) ? undefined : text.split("\n").flatMap(toFile);
      },
      read(name, from, length) {
        const file = quoteArgument(`./${name}`);
        // A link or a pipe may have taken the file's place since the look.
        const tail = `${enter} && [ -f ${file} ] && [ ! -L ${file} ] && tail -c +${from + 1} ${file}`;
        // Filled up, so that a file that has become shorter leaves nobody waiting.
        const line = `(${tail}; head -c ${length} /dev/zero) 2> /dev/null | head -c ${length}`;
        return session.ask(line, (all) => (all.length < length ? undefined : length));
      },
    };
  }
}

/** A shell on another machine: lines in, bytes out. */
class Session {
  /** Ends an answer of unknown length, with what stands behind it on its line. */
  readonly mark = `qizhi-${crypto.randomUUID()}`;
  readonly #host: string;
  readonly #child: ChildProcessWithoutNullStreams;
  /** What has come and nobody has taken yet. */
  #received: Buffer = Buffer.alloc(0);
  #failure: Error | undefined;
  #wake = () => {};
  #before: Promise<unknown> = Promise.resolve();

  constructor(host: string, child: ChildProcessWithoutNullStreams) {
    this.#host = host;
    this.#child = child;
    let troubles = "";
    child.stdin.on("error", () => {});
    child.stdout.on("data", (data: Buffer) => {
      this.#received = Buffer.concat([this.#received, data]);
      this.#wake();
    });
    child.stderr.on("data", (data: Buffer) => {
      troubles = (troubles + data.toString()).slice(-2000);
    });
    child.on("error", (error) => this.#fail(error.message));
    child.on("close", (code) => this.#fail(troubles || `ssh ended with exit code ${code}`));
  }

  /**
   * Runs a line there; several may be asked at once.
   * @param find where its answer ends in what has come, once it is all there.
   */
  ask(line: string, find: FindEnd = (all) => this.#findMark(all)): Promise<Buffer> {
    this.#child.stdin.write(`${line}\n`);
    // The answers come in the order of the calls.
    const answer = this.#before.then(() => this.#take(find));
    this.#before = answer.catch(() => {});
    return answer;
  }

  close(): void {
    this.#child.stdin.end();
    this.#child.kill();
  }

  #findMark(bytes: Buffer): number | undefined {
    if (bytes.length > mostListedBytes) this.#fail("it answered with too much");
    const at = bytes.indexOf(this.mark);
    const end = at === -1 ? -1 : bytes.indexOf("\n", at);
    return end === -1 ? undefined : end + 1;
  }

  #fail(reason: string): void {
    const facts = { host: this.#host, reason: excerpt(reason.trim(), 300) };
    this.#failure ??= inputError("logs_ssh", facts);
    this.#wake();
  }

  async #take(find: FindEnd): Promise<Buffer> {
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

type FindEnd = (bytes: Buffer) => number | undefined;

function toFile(line: string): LogFile[] {
  const [, size, seconds, name = ""] = /^(\d+) (\d+) \.\/([^/]+)$/.exec(line) ?? [];
  return size === undefined
    ? []
    : [{ name, size: Number(size), changedAt: Number(seconds) * 1000 }];
}
