import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

/** The folder of the repository. */
export const root = fileURLToPath(new URL("../../../", import.meta.url));

/** A fenced block of a page. */
export interface Block {
  readonly language: string;
  readonly code: string;
}

/** Reads a file of the repository. */
export async function readDoc(path: string): Promise<string> {
  return readFile(`${root}${path}`, "utf8");
}

/** The fenced blocks in their order. */
export function findBlocks(text: string): Block[] {
  return [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(([, language = "", code = ""]) => {
    return { language, code };
  });
}

/** The text without its fenced blocks. */
export function withoutBlocks(text: string): string {
  return text.replaceAll(/^```\w*\n.*?^```$/gms, "");
}

/** What stands between single backquotes, sorted. */
export function findCodeSpans(text: string): string[] {
  return [...withoutBlocks(text).matchAll(/`([^`\n]+)`/g)].map(([, code = ""]) => code).toSorted();
}

/** The marks of headings, rows of tables, list items and images, in their order. */
export function findShape(text: string): string[] {
  return withoutBlocks(text).match(/^(?:#+ |\||- |!\[|<img)/gm) ?? [];
}

/** The anchors that GitHub gives to the headings. */
export function findAnchors(text: string): string[] {
  return [...withoutBlocks(text).matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .trim()
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\p{Pc} -]/gu, "")
      .replaceAll(" ", "-"),
  );
}

/** The targets of links and images that lie in the repository, each with its anchor. */
export function findLinks(text: string): { path: string; anchor: string }[] {
  const written = [...withoutBlocks(text).matchAll(/\]\(([^)\s]+)\)|(?:src|srcset)="([^"]+)"/g)];
  return written
    .map(([, link, source]) => link ?? source ?? "")
    .filter((target) => !/^(?:https?|mailto):/.test(target))
    .map((target) => {
      const [path = "", anchor = ""] = target.split("#");
      return { path, anchor: decodeURIComponent(anchor) };
    });
}
