import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Script } from "node:vm";
import { JSDOM } from "jsdom";

/** A task of a gantt chart as mermaid understood it. */
export type GanttTask = {
  section: string;
  name: string;
  id: string;
  /** ms since 1970. */
  startMs: number;
  endMs: number;
  tags: ("active" | "crit" | "done" | "milestone")[];
};

/** A gantt chart as mermaid understood it. */
export type Gantt = {
  title: string;
  sections: string[];
  tasks: GanttTask[];
  /** Tasks with a `click`, which remote text must not add. */
  clickableTasks: string[];
  /** Settings from `%%{init}%%` or front matter, which remote text must not add. */
  config: Record<string, unknown>;
};

/** Where mermaid refuses to draw, in UTF-16 units. */
const MERMAID_TEXT_LIMIT = 50_000;
const TAGS = ["active", "crit", "done", "milestone"] as const;

type RawTask = Record<(typeof TAGS)[number], boolean | undefined> & {
  section: string;
  task: string;
  id: string;
  startTime: Date;
  endTime: Date;
  classes: string[];
};
type GanttDb = {
  getDiagramTitle(): string;
  getSections(): string[];
  getTasks(): RawTask[];
};
type Mermaid = {
  parse(text: string): Promise<{ diagramType: string; config: Record<string, unknown> }>;
  mermaidAPI: { getDiagramFromText(text: string): Promise<{ db: GanttDb }> };
};

let loaded: { mermaid: Mermaid; window: JSDOM["window"] } | undefined;

/**
 * Reads a gantt chart with mermaid itself: syntax and every date are checked, nothing is drawn.
 *
 * @throws an `Error` with mermaid's own words if it is no valid gantt chart, or is too long to be
 * drawn
 */
export async function readGantt(source: string): Promise<Gantt> {
  if (source.length > MERMAID_TEXT_LIMIT) {
    throw new Error(
      `the chart has ${source.length} characters, mermaid draws ${MERMAID_TEXT_LIMIT}`,
    );
  }
  const { mermaid, window } = (loaded ??= loadMermaid());
  const { diagramType, config } = await mermaid.parse(source);
  if (diagramType !== "gantt") throw new Error(`mermaid takes it for a ${diagramType} diagram`);
  const { db } = await mermaid.mermaidAPI.getDiagramFromText(source);
  const tasks = db.getTasks();
  const toText = (text: string): string => decodeEntities(text, window).trim();
  return {
    title: toText(db.getDiagramTitle()),
    sections: db.getSections().map(toText),
    tasks: tasks.map((task) => ({
      section: toText(task.section),
      name: toText(task.task),
      id: task.id,
      startMs: task.startTime.getTime(),
      endMs: task.endTime.getTime(),
      tags: TAGS.filter((tag) => task[tag] === true),
    })),
    clickableTasks: tasks
      .filter(({ classes }) => classes.includes("clickable"))
      .map(({ id }) => id),
    config: { ...config },
  };
}

/** Runs mermaid's one-file build in a window of its own, so that nothing global changes. */
function loadMermaid(): NonNullable<typeof loaded> {
  const path = createRequire(import.meta.url).resolve("@mermaid-js/tiny");
  const dom = new JSDOM("", { runScripts: "outside-only", url: "https://localhost/" });
  new Script(readFileSync(path, "utf8")).runInContext(dom.getInternalVMContext());
  const mermaid: unknown = Reflect.get(dom.window, "mermaid");
  if (!isMermaid(mermaid)) throw new Error("@mermaid-js/tiny did not set window.mermaid");
  return { mermaid, window: dom.window };
}

function isMermaid(value: unknown): value is Mermaid {
  return typeof value === "object" && value !== null && "parse" in value && "mermaidAPI" in value;
}

// While it parses, mermaid keeps `#59;` as ﬂ°°59¶ß and `#quot;` as ﬂ°quot¶ß.
function decodeEntities(text: string, window: JSDOM["window"]): string {
  return text.replaceAll(/ﬂ°(°?)(\w+)¶ß/g, (_whole, hash: string, name: string) => {
    const element = window.document.createElement("textarea");
    element.innerHTML = `&${hash ? "#" : ""}${name};`;
    return element.value;
  });
}
