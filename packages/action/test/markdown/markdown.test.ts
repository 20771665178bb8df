import { expect, test } from "vitest";
import { readGantt } from "./read-gantt.ts";
import { toProse } from "../../src/runner/text.ts";
import { texts } from "../harmless.ts";
import { findForeignMarkdown, readMarkdown } from "./read-markdown.ts";

const REPORT = `## Job llm-7b

| Job | Outcome |
| --- | ---: |
| [j-1](https://qz.example/j-1) | \`failed\` a\\|b |

<details><summary>More</summary>

\`\`\`text
::error::x
\`\`\`

</details>
`;

test("a report is read into headings, tables, links, code and HTML", () => {
  expect(readMarkdown(REPORT)).toMatchObject({
    headings: [{ depth: 2, text: "Job llm-7b" }],
    tables: [{ header: ["Job", "Outcome"], rows: [["j-1", "failed a|b"]] }],
    links: [{ text: "j-1", url: "https://qz.example/j-1" }],
    images: [],
    codeBlocks: [{ lang: "text", value: "::error::x" }],
    html: ["<details>", "<summary>", "</summary>", "</details>"],
  });
});

test("a report with only what is allowed is clean", () => {
  const html = ["<details>", "<summary>", "</summary>", "</details>"];
  expect(findForeignMarkdown(REPORT, { urls: ["https://qz.example/j-1"], html })).toEqual([]);
});

test.for([
  ["a link", "[a](https://evil.example)", "link https://evil.example"],
  ["an automatic link", "see www.evil.example", "link http://www.evil.example"],
  ["a mail address", "me@evil.example", "link mailto:me@evil.example"],
  ["a link by reference", "[a][b]\n\n[b]: https://evil.example", "link https://evil.example"],
  ["an image", "![a](https://evil.example/x.png)", "image https://evil.example/x.png"],
  ["HTML", "a <img src=x> b", "html <img src=x>"],
  ["an HTML comment that hides the rest", "<!-- rest", "html <!-- rest"],
  ["a mention", "thanks @octocat", "mention @octocat"],
  ["an issue", "see octo/repo#12", "mention octo/repo#12"],
  ["a formula", "costs $5 or 6$", "formula $5 or 6$"],
  ["a quote", "> [!CAUTION]\n> x", "kind blockquote"],
  ["a footnote", "a[^1]\n\n[^1]: b", "kind footnoteReference"],
] as const)("%s from remote text is found", ([, markdown, expected]) => {
  expect(findForeignMarkdown(markdown)).toContain(expected);
});

test("escaped or in code it is not found", () => {
  const text = "\\[a\\](b) 5\\$ or 6\\$ &lt;img&gt; `@octocat #12 $x$ <b> www.evil.example`";
  expect(findForeignMarkdown(text)).toEqual([]);
  expect(readMarkdown(text).text).toBe(
    "[a](b) 5$ or 6$ <img> @octocat #12 $x$ <b> www.evil.example",
  );
});

const GANTT = `gantt
  title Job llm#45;7b
  dateFormat x
  axisFormat %H:%M
  section Queue
  waiting #58; quota :done, q1, 1700000000000, 1700000060000
  section Run
  running :crit, r1, 1700000060000, 1700000120000
`;

test("a gantt chart is read with its sections, tasks and dates", async () => {
  expect(await readGantt(GANTT)).toEqual({
    title: "Job llm-7b",
    sections: ["Queue", "Run"],
    tasks: [
      {
        section: "Queue",
        name: "waiting : quota",
        id: "q1",
        startMs: 1_700_000_000_000,
        endMs: 1_700_000_060_000,
        tags: ["done"],
      },
      {
        section: "Run",
        name: "running",
        id: "r1",
        startMs: 1_700_000_060_000,
        endMs: 1_700_000_120_000,
        tags: ["crit"],
      },
    ],
    clickableTasks: [],
    config: {},
  });
});

test.for([
  ["a line that is no task", `${GANTT}  no data here\n`, /Parse error on line 9/],
  ["a date that is none", `${GANTT}  x :a, soon, 2\n`, /Invalid date/],
  ["another diagram", "flowchart LR\n  a --> b\n", /takes it for a flowchart/],
  ["no diagram", "hello", /No diagram type/],
  ["a text too long", GANTT + "%% x\n".repeat(12_000), /mermaid draws 50000/],
] as const)("%s is refused", async ([, source, reason]) => {
  await expect(readGantt(source)).rejects.toThrow(reason);
});

test("a click and a directive that remote text put in are seen", async () => {
  const chart = await readGantt(`${GANTT}  click r1 href "https://evil.example"\n`);
  expect(chart.clickableTasks).toEqual(["r1"]);
  const themed = await readGantt(`%%{init: {"theme": "dark"}}%%\n${GANTT}`);
  expect(themed.config).toHaveProperty("theme", "dark");
});

test.for([
  ...texts,
  "1. one",
  "---",
  "# head",
  "+ item > quote",
  "see GH-12, www.example.org, a@b.example and octocat/example#3",
  "fixed by 0123abc and &amp; :smile: ~~x~~ a_b_c *b* [x](y) <b>",
  "=====",
])("prose with %j in it holds nothing that Markdown or GitHub reads", (text) => {
  const [first = "", second = ""] = [
    toProse(text),
    toProse(`A sentence, then ${text} (and more).`),
  ];
  expect(findForeignMarkdown(`- ${first}\n- ${second}\n`)).toEqual([]);
  expect(readMarkdown(`- ${first}`).headings).toEqual([]);
});

test("prose of our own stays text", () => {
  const text =
    'The job was left as it is and goes on (job-id: job-1). It is done, "so far" as 2 nodes tell.';
  expect(toProse(text)).toBe(text);
  expect(toProse("It ended as job_failed. Look.")).toBe("It ended as ` job_failed `. Look.");
});
