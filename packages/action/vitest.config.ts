import { defineConfig } from "vitest/config";

// Most tests wait for processes and real grace periods, so many may wait side by side: in a file, and in
// two files also on two cores, where vitest takes one.
export default defineConfig({ test: { testTimeout: 60_000, maxConcurrency: 8, maxWorkers: 2 } });
