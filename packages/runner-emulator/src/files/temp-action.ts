import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";

/** A small action in a folder of its own, for tests of the emulator. */
export type TempAction = AsyncDisposable & { actionDir: string };

export type TempActionParts = {
  /** The body of an ES module. */
  main: string;
  post?: string;
  postIf?: string;
  inputs?: Record<string, { default?: string }>;
  outputs?: string[];
};

/** Names every small action has at hand. */
const PRELUDE = `
import { appendFileSync as append, existsSync as exists, writeFileSync as write } from "node:fs";
const { GITHUB_OUTPUT: OUTPUT, GITHUB_STATE: STATE, GITHUB_STEP_SUMMARY: SUMMARY } = process.env;
const print = (text) => process.stdout.write(text + "\\n");
const printError = (text) => process.stderr.write(text + "\\n");
const idle = () => setInterval(() => {}, 1000);
`;

/** Writes the action to a new folder, which is removed when it is disposed of. */
export async function writeTempAction(parts: TempActionParts): Promise<TempAction> {
  const actionDir = await mkdtemp(join(tmpdir(), "action-"));
  const { post, postIf, inputs = {}, outputs = [] } = parts;
  const actionFile = {
    name: "A small action",
    inputs,
    outputs: Object.fromEntries(outputs.map((name) => [name, { description: name }])),
    runs: {
      using: "node24",
      main: "main.mjs",
      ...(post === undefined ? {} : { post: "post.mjs" }),
      ...(postIf === undefined ? {} : { "post-if": postIf }),
    },
  };
  await writeFile(join(actionDir, "action.yml"), stringify(actionFile));
  await writeFile(join(actionDir, "main.mjs"), PRELUDE + parts.main);
  if (post !== undefined) await writeFile(join(actionDir, "post.mjs"), PRELUDE + post);
  return {
    actionDir,
    [Symbol.asyncDispose]: () => rm(actionDir, { recursive: true, force: true }),
  };
}
