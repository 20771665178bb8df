import { json, output } from "./flags.ts";
import { type FlagDefinition, longForm, type Options } from "./options.ts";
import type { Io } from "../terminal/io.ts";

export interface CommandInput {
  /** Positional arguments after the command's name. */
  readonly args: readonly string[];
  readonly options: Options;
  /** Everything after `--`. */
  readonly rest: readonly string[];
  readonly io: Io;
}

/** Runs a command and gives the exit code. What it throws is printed as an error. */
export type Run = (input: CommandInput) => Promise<number>;

/** A command as the table lists it; its code is loaded when it is called. */
export interface CommandDefinition {
  /** Name and arguments, in cac's form. */
  readonly usage: string;
  readonly summary: { readonly en: string; readonly zh: string };
  readonly options: readonly FlagDefinition[];
  /** The values of the first argument, for a command whose flags depend on it. */
  readonly actions?: readonly string[];
  /** Whether it means something without an argument. */
  readonly isBare?: boolean;
  /** Whether it is an earlier form, which the completion does not offer. */
  readonly isEarlier?: boolean;
  /** Two real command lines. */
  readonly examples: readonly string[];
  /** Whether it takes `-- command…`. */
  readonly takesRest?: boolean;
  readonly load: () => Promise<Run>;
}

export function nameOf({ usage }: Pick<CommandDefinition, "usage">): string {
  return usage.split(" ", 1)[0] ?? "";
}

export const globalFlags: readonly FlagDefinition[] = [
  [
    "--lang <language>",
    "en or zh (QIZHI_LANG, then the locale)",
    "en 或 zh（QIZHI_LANG，其次是系统语言）",
    { choices: ["en", "zh"] },
  ],
  [
    "--debug",
    "Log requests and retries to stderr (QIZHI_DEBUG=1)",
    "在标准错误上记录请求和重试（QIZHI_DEBUG=1）",
  ],
  ["-h, --help", "Show this help", "显示这段帮助"],
];

/** The flag of the program itself. */
export const versionFlag: FlagDefinition = ["-V, --version", "Show the version", "显示版本号"];

/** What a letter stands for: the first of these flags that a command has. */
const letters: Readonly<Record<string, readonly string[]>> = {
  w: ["--wait", "--watch"],
  y: ["--yes"],
  o: ["--output"],
  n: ["--tail", "--name"],
  f: ["--force", "--follow"],
};

/** Flags of a command without those of every command, with their letters; `--output` goes with `--json`. */
export function commandFlags({ options }: CommandDefinition): readonly FlagDefinition[] {
  const all = options.some(([flag]) => flag === json[0]) ? [...options, output] : options;
  const names = new Set(all.map(([form]) => longForm(form)));
  const short = new Map(
    Object.entries(letters).map(([letter, flags]) => [
      flags.find((flag) => names.has(flag)),
      letter,
    ]),
  );
  return all.map(([form, ...rest]) => {
    const letter = short.get(longForm(form));
    return [letter === undefined ? form : `-${letter}, ${form}`, ...rest];
  });
}
