import { defineConfig } from "tsdown";

/** Rolls the declarations that the compiler emitted up to one file for each entry. */
export default defineConfig({
  entry: {
    index: "./.types/index.d.ts",
    internal: "./.types/internal.d.ts",
    journal: "./.types/journal.d.ts",
    local: "./.types/local/index.d.ts",
    sweep: "./.types/sweep.d.ts",
  },
  format: "esm",
  platform: "node",
  dts: { dtsInput: true, emitDtsOnly: true, tsconfig: false },
  // For consumers whose `lib` has no `AsyncDisposable` and who have no @types/node.
  banner: { dts: '/// <reference lib="esnext.disposable" />' },
  clean: false,
  fixedExtension: false,
});
