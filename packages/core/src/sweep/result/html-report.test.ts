import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { assert, property, string } from "fast-check";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newRunStatus } from "../record/run-status.ts";
import { planRuns } from "../sweep.fixture.ts";
import { toHtmlReport } from "./html-report.ts";
import { chineseWords } from "./html-words.ts";
import { type ResultRow, toResultRows } from "./result-rows.ts";
import { hostileTexts, lookedAt, makeRows } from "./rows.fixture.ts";

const toPage = (rows: readonly ResultRow[], name = "llama sweep") =>
  toHtmlReport({
    name,
    sweepId: "sweep-0a1b2c3d",
    platform: "https://qz.sii.edu.cn",
    variables: ["lr", "seed"],
    rows,
    nowMs: lookedAt(rows.length),
  });

/** Rows in which every text that comes from outside is hostile. */
const hostileRows = makeRows(hostileTexts.length).map((row, index) => {
  const text = hostileTexts[index]!;
  return { ...row, name: text, reason: text, parameters: { lr: text, seed: text }, url: text };
});

describe("the page of a sweep", () => {
  it("asks for nothing from outside and stays small", () => {
    const page = toPage(makeRows(500));
    expect(page).not.toMatch(/<script|<link|<img|@import|url\(|src=/i);
    expect(page.length / 500).toBeLessThan(1_100);
    expect(toPage(makeRows(500).map((row) => ({ ...row, stages: [] })))).not.toContain("<svg");
    expect(toPage([])).toContain("<dd>0</dd>");
  });

  it("draws a lost run up to what is known of it, and a run that goes on up to now", async () => {
    const [run] = (await planRuns(1)).runs;
    const startMs = lookedAt(1) - 7_200_000;
    const stages = [
      { name: "queue" as const, startMs, endMs: startMs + 60_000 },
      { name: "run" as const, startMs: startMs + 60_000 },
    ];
    const status = { ...newRunStatus(run!), facts: { url: "", stages } };
    const drawn = (change: object) =>
      toPage(toResultRows([{ ...status, ...change }])).match(/(?<=<rect.*<title>)[^<]+/g);
    expect(drawn({ state: "active", phase: "running" })).toEqual(["queue 1m 00s", "run 1h 59m…"]);
    expect(drawn({ state: "ended", outcome: "lost" })).toEqual(["queue 1m 00s"]);
  });

  it("lets no text be more than text", () => {
    const tags = (html: string) => html.match(/<[^!/][^>]*>/g)?.length;
    const clean = makeRows(3).map((row) => ({ ...row, reason: "why", url: undefined }));
    assert(
      property(string({ unit: "grapheme", maxLength: 60 }), (text) => {
        const page = toPage(
          clean.map((row) => ({
            ...row,
            name: text,
            reason: `x${text}`,
            parameters: { lr: text, seed: text },
          })),
          text,
        );
        expect(tags(page)).toBe(tags(toPage(clean)));
      }),
    );
  });

  it("speaks Chinese, too", () => {
    const rows = makeRows(5);
    const report = {
      name: "扫描",
      sweepId: "s",
      platform: "p",
      variables: [],
      rows,
      nowMs: lookedAt(5),
    };
    const page = toHtmlReport(report, chineseWords);
    expect(page).toContain('<html lang="zh-CN">');
    expect(page).toContain("成功");
  });
});

const browserPath = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
].find((path) => existsSync(path));

describe.skipIf(browserPath === undefined)("the page of a sweep in a browser", () => {
  let browser: Browser;
  let dir = "";
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), "qizhi-page-"));
    browser = await chromium.launch({ executablePath: browserPath ?? "", args: ["--no-sandbox"] });
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await rm(dir, { recursive: true, force: true });
  });

  async function open(
    html: string,
    use: (page: Page, trouble: string[]) => Promise<void>,
    { colorScheme = "light" as "light" | "dark", width = 1280 } = {},
  ): Promise<void> {
    const file = join(dir, "page.html");
    await writeFile(file, html);
    const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 } });
    const page = await context.newPage();
    const trouble: string[] = [];
    page.on("request", (request) => {
      if (!request.url().startsWith("file:")) trouble.push(request.url());
    });
    page.on("console", (message) => trouble.push(message.text()));
    page.on("pageerror", (error) => trouble.push(error.message));
    page.on("dialog", async (dialog) => {
      trouble.push(dialog.message());
      await dialog.dismiss();
    });
    await page.goto(pathToFileURL(file).href);
    await use(page, trouble);
    // For a person to open.
    const shots = process.env["QIZHI_TEST_SCREENSHOTS"];
    if (shots) await page.screenshot({ path: join(shots, `sweep-${colorScheme}-${width}.png`) });
    await context.close();
  }

  it("shows the runs of the chosen outcome, by mouse and by keyboard", async () => {
    await open(toPage(makeRows(40)), async (page, trouble) => {
      const shown = () => page.locator("tbody tr:visible").count();
      const failed = await page.locator("tbody tr.failed").count();
      expect(await shown()).toBe(40);
      expect(failed).toBeGreaterThan(5);
      await page.locator("label[for=f-failed]").click();
      expect(await shown()).toBe(failed);
      expect(await page.locator("tbody tr:visible .s").allInnerTexts()).toEqual(
        expect.arrayContaining(["failed"]),
      );
      await page.locator("#f-failed").focus();
      await page.keyboard.press("ArrowLeft");
      expect(await shown()).toBe(await page.locator("tbody tr.succeeded").count());
      await page.locator("label[for=f-all]").click();
      expect(await shown()).toBe(40);
      expect(trouble).toEqual([]);
    });
  });

  it("draws each stage where it belongs on one time axis", async () => {
    await open(toPage(makeRows(8)), async (page) => {
      const boxes = await page.locator("tbody tr").first().locator("rect").all();
      const places = await Promise.all(boxes.map(async (bar) => (await bar.boundingBox())!));
      expect(places).toHaveLength(3);
      const [queue, prepare, run] = [places[0]!, places[1]!, places[2]!];
      expect(Math.abs(queue.x + queue.width - prepare.x)).toBeLessThan(3);
      // 10 minutes of run against 2 of queue.
      expect(run.width / queue.width).toBeGreaterThan(4);
      expect(run.width / queue.width).toBeLessThan(6);
      const titles = await page.locator("tbody tr").first().locator("title").allInnerTexts();
      expect(titles.length === 0 || titles[0] !== "").toBe(true);
    });
  });

  it.each([
    ["light", 1280],
    ["dark", 1280],
    ["light", 390],
    ["dark", 390],
    ["light", 320],
  ] as const)("fits and can be read: %s at %i", async (colorScheme, width) => {
    await open(
      toPage(makeRows(60)),
      async (page, trouble) => {
        const overflow = await page.evaluate<number>(
          "document.documentElement.scrollWidth - document.documentElement.clientWidth",
        );
        expect(overflow).toBe(0);
        const styles = (selector: string) =>
          page.evaluate<[string, string]>(
            `[document.querySelector(${JSON.stringify(selector)}), document.body]
              .map((node) => getComputedStyle(node))
              .map((style, index) => (index === 0 ? style.color : style.backgroundColor))`,
          );
        const places = [
          "h1",
          ".sub",
          "tbody .failed .s",
          "tbody .succeeded .s",
          ".why",
          "td.n",
          ".p",
          "tbody .stopped .s",
        ];
        for (const selector of places) {
          const [color, background] = await styles(selector);
          expect([selector, contrast(color, background) >= 4.5]).toEqual([selector, true]);
        }
        expect(trouble).toEqual([]);
      },
      { colorScheme, width },
    );
  });

  it("runs nothing and leaves for nowhere, whatever the texts are", async () => {
    await open(toPage(hostileRows, hostileTexts.join(" ")), async (page, trouble) => {
      expect(await page.locator("tbody tr").count()).toBe(hostileTexts.length);
      expect(await page.locator("img,script,iframe,a").count()).toBe(0);
      expect(await page.locator("td.r").first().innerText()).toContain("<script>alert(1)</script>");
      expect(trouble).toEqual([]);
    });
  });
});

/** Contrast of two colours as WCAG has it. */
function contrast(one: string, other: string): number {
  const [a, b] = [luminance(one), luminance(other)].toSorted((x, y) => y - x) as [number, number];
  return (a + 0.05) / (b + 0.05);
}

function luminance(color: string): number {
  const [r = 0, g = 0, b = 0] = (color.match(/\d+/g) ?? []).slice(0, 3).map((part) => {
    const share = Number(part) / 255;
    return share <= 0.040_45 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
