/**
 * Turns imports on demand of own files into plain ones. In a bundle of one file they spare nobody a
 * download, but each one costs a wrapper around every module behind it: 2 kB of the Action's bundle.
 * @param files as they stand in `await import("…")`, such as `./tunnel.ts`; one that is not there any more
 * fails the build.
 */
export function inlineImports(files: readonly string[]) {
  const open = new Set(files);
  return {
    name: "inline-imports",
    transform(code: string, id: string) {
      if (!/[\\/]core[\\/]src[\\/]/.test(id) || !code.includes("await import(")) return undefined;
      const statics: string[] = [];
      const rest = code.replaceAll(
        /const \{ ([\w, ]+) \} = await import\("([^"]+)"\);/g,
        (whole: string, names: string, from: string) => {
          if (!files.includes(from)) return whole;
          open.delete(from);
          statics.push(`import { ${names} } from ${JSON.stringify(from)};`);
          return "";
        },
      );
      return { code: [...statics, rest].join("\n"), map: null };
    },
    buildEnd() {
      if (open.size > 0) throw new Error(`nothing imports ${[...open].join(", ")} on demand`);
    },
  };
}
