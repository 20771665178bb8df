import type { Annotation, AnnotationCounts, AnnotationLevel, StageName } from "../result/result.ts";
import type { Run } from "../result/run.ts";

/** How many annotations of one level the runner keeps in a step. */
const ANNOTATIONS_PER_LEVEL = 10;
/** Where the runner cuts the message of an annotation, in UTF-16 units. */
const ANNOTATION_LENGTH = 4096;

/** Collects the annotations of one stage within the runner's limits (README 12). */
export type AnnotationCollector = ReturnType<typeof createAnnotationCollector>;

/** Starts a collector that reports what goes beyond a limit to the problems of the run. */
export function createAnnotationCollector(stage: StageName, { masker, problems }: Run) {
  const kept: Annotation[] = [];
  const sent = noAnnotations();
  const full = new Set<AnnotationLevel>();
  return {
    kept,
    sent,
    /** Masks, cuts and keeps or drops it; gives the message as the log shows it. */
    add(annotation: Omit<Annotation, "stage" | "title">): string {
      const { level, source } = annotation;
      const masked = masker.mask(annotation.message);
      const message = masked.slice(0, ANNOTATION_LENGTH);
      if (message !== masked) {
        problems.push({ stage, kind: "annotation-cut", detail: `${level} of ${masked.length}` });
      }
      if (source !== "runner") sent[level] += 1;
      if (kept.filter((other) => other.level === level).length < ANNOTATIONS_PER_LEVEL) {
        kept.push({ ...annotation, stage, message, title: annotation.properties["title"] });
      } else if (source !== "runner" && !full.has(level)) {
        full.add(level);
        problems.push({ stage, kind: "too-many-annotations", detail: level });
      }
      return message;
    },
  };
}

/** Counts of zero. */
export function noAnnotations(): AnnotationCounts {
  return { error: 0, warning: 0, notice: 0 };
}

/** Whether a command name is that of an annotation. */
export function isAnnotationLevel(name: string): name is AnnotationLevel {
  return name === "error" || name === "warning" || name === "notice";
}
