import { type Face, faces, type FaultCase, type Observation } from "./case.ts";
import { proofs } from "./proofs.ts";

/** A case and what each face made of it. */
export interface Line {
  readonly fault: FaultCase;
  readonly seen: Readonly<Record<Face, Observation>>;
}

const guarantees = `# Reliability

What happens when the network, the platform or the login fails: for the library (\`@qizhi/core\`), the
command line (\`qizhi\`) and the GitHub Action. The tables tell what a test saw: every fault of the local
platform, in each of the four calls, met by the library, the built command line and the built Action. The
test holds this page equal to what it sees; in \`packages/action\`, \`vitest run test/fault-matrix -u\`
writes it anew.

## What holds

- **Nothing doubled.** A create that may have had an effect is not sent again. No fault in the tables
  makes two jobs.
- **Nothing lost.** When the outcome of a create is not known, you are told so: the job's name, when it was
  sent, the page to look at, and not to submit again blindly. The command line ends with 5, the Action
  with the outcome \`unknown\`. A wait that can no longer ask says that the job itself goes on.
- **Nothing leaked.** No password, token or authorization header stands in an error, a log (debug
  included), JSON, a file, an output, the state or the summary. Every case of the tables is searched.
- **An end.** Each request has a deadline that covers its answer to the last byte, each call has one for
  all its attempts, and each wait has an error budget.

## When a create is sent again

Only when it is certain that it had no effect:

- no connection came about, so that not a byte of it was sent;
- the platform answered 429, too many requests;
- the access token was refused, by the platform or the gateway before it: code -1 or 100001, HTTP 401, a redirect
  to a login page. The token is renewed first.

HTTP 403 without a code refuses a create for good, as it may be about the account. To a look at a job and to a stop it
may be about the token, so they are sent again with a new one.

After everything else nobody can know: no answer in time, a connection that was cut, a page or JSON that
makes no sense, HTTP 408, 5xx, or 409 without a code of the platform. The other calls are sent again after these, because asking for a token,
looking at a job and stopping one do no harm when done twice.

## Limits

- The API has no idempotency key, no list of jobs and no search by name. After an unknown outcome only a
  look at the web console tells.
- 429 and a refused token count as refused before anything was done. A platform that makes the job and
  then answers so would get a second create.
- A refused login is not tried again, because repeated wrong logins may lock an account.
- A stop whose every answer is lost may have worked: the job is looked at, and what it shows is told.
- A stop is tried again in pauses of 0.4 s that grow to 8 s: for two minutes where the platform is out of
  reach, because a job that goes on costs more than the wait, and for half a minute where it is refused while
  the job is active, as one that is seconds old may be. Ctrl-C ends the tries at once.
- A halted sweep stops a job again, in pauses of 15 s that grow to 5 minutes, until a stop is taken or the job has ended.
- After a cancel, GitHub leaves the Action some seconds. What it cannot stop in them, its post step tries
  to stop.

## The tables

"First call" is a fault that strikes once, "every call" one that stays. "Left running" is what is on the
platform afterwards. What differs from run to run is written as "…".
`;

const titles = {
  token: "Asking for a token, before a create",
  create: "Creating a job",
  detail: "Waiting for a job",
  stop: "Stopping a job (the Action: after a cancel)",
} as const;

/** The page of what was seen. */
export function toReliabilityPage(lines: readonly Line[]): string {
  const tables = Object.entries(titles).map(([operation, title]) =>
    toFaultTable(
      title,
      lines.filter(({ fault }) => fault.operation === operation),
    ),
  );
  const rows = proofs.map(({ what, ends, file, test }) => [what, ends, `\`${file}\`: ${test}`]);
  const others = toTable("What other tests show", [
    ["What happens", "What comes of it", "Test"],
    ...rows,
  ]);
  return [guarantees, ...tables, others].join("\n");
}

function toFaultTable(title: string, lines: readonly Line[]): string {
  const isCreate = lines.some(({ fault }) => fault.operation === "create");
  const heads = ["What happens", "When", "Library", "CLI exit and words", "Action"];
  heads.push(...(isCreate ? ["Creates sent"] : []), "Left running");
  return toTable(title, [heads, ...lines.map((line) => toRow(line, isCreate))]);
}

/** A Markdown table under its title; the first row is its head. */
function toTable(title: string, [heads = [], ...rows]: readonly string[][]): string {
  const widths = heads.map((_head, index) =>
    Math.max(...[heads, ...rows].map((row) => widthOf(row[index] ?? ""))),
  );
  const rule = widths.map((width) => "-".repeat(width));
  const texts = [heads, rule, ...rows].map((row) => {
    const cells = row.map((cell, index) => cell + " ".repeat((widths[index] ?? 0) - widthOf(cell)));
    return `| ${cells.join(" | ")} |`;
  });
  return `### ${title}\n\n${texts.join("\n")}\n`;
}

function toRow({ fault, seen }: Line, isCreate: boolean): string[] {
  const words = faces.map((face) => toCell(seen[face].word));
  const creates = faces.map((face) => String(seen[face].creates));
  const left = faces.map((face) => seen[face].left);
  const counts = isCreate ? [toOne(creates)] : [];
  return [fault.what, fault.mode, ...words, ...counts, toOne(left)];
}

/** One text for all faces, or one for each. */
function toOne(texts: readonly string[]): string {
  return new Set(texts).size === 1 ? (texts[0] ?? "") : texts.join(", ");
}

function toCell(text: string): string {
  return text.replace(/\s+/g, " ").replaceAll("|", "\\|");
}

// As formatters count: a character of Chinese takes two columns.
function widthOf(text: string): number {
  return [...text].reduce((width, char) => width + (/[\u1100-\uffff]/.test(char) ? 2 : 1), 0);
}
