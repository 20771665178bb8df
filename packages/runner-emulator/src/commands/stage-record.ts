import type { Annotation, AnnotationLevel, ProblemKind, Run, StagePrints } from "../result/run.ts";
import type { StreamName } from "../text/lines.ts";
import type { MatcherRun } from "../text/problem-matchers.ts";

/** How many annotations of one level the runner keeps in a step. */
const ANNOTATIONS_PER_LEVEL = 10;
/** Where the runner cuts the message of an annotation, in UTF-16 units. */
const ANNOTATION_LENGTH = 4096;

/** What a stage prints comes to, and what its commands read and change. */
export type StageRecord = Readonly<StagePrints> & {
  readonly run: Run;
  /** The levels of which an annotation was dropped. */
  readonly full: Set<AnnotationLevel>;
  readonly matchers: Record<StreamName, MatcherRun>;
  /** Names that act, in lower case; a stop token joins them until it is used. */
  readonly registered: Set<string>;
  /** In lower case, while commands are stopped. */
  stopToken: string | undefined;
  openGroups: number;
  echoes: boolean;
  /** True once a command or a file has failed, which fails the step. */
  hasFailed: boolean;
};

export function report({ run, stage }: StageRecord, kind: ProblemKind, detail: string): void {
  run.problems.push({ stage, kind, detail });
}

/** Masks and cuts an annotation, and keeps or drops it within the runner's limits (README 12); gives what the log shows for it. */
export function annotate(record: StageRecord, annotation: Omit<Annotation, "title">): string {
  const { run, annotations, sent, full } = record;
  const { level, source } = annotation;
  const masked = run.masker.mask(annotation.message);
  const message = masked.slice(0, ANNOTATION_LENGTH);
  if (message !== masked) report(record, "annotation-cut", `${level} of ${masked.length}`);
  if (source !== "runner") sent[level] += 1;
  if (annotations.filter((other) => other.level === level).length < ANNOTATIONS_PER_LEVEL) {
    annotations.push({ ...annotation, message, title: annotation.properties["title"] });
  } else if (source !== "runner" && !full.has(level)) {
    full.add(level);
    report(record, "too-many-annotations", level);
  }
  return `##[${level}]${message}`;
}

export function annotateAsRunner(
  record: StageRecord,
  level: "error" | "warning",
  message: string,
): string {
  return annotate(record, { level, message, source: "runner", properties: {} });
}
