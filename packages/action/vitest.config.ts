import { defineConfig } from "vitest/config";

// Most tests wait for processes and real grace periods, so many may wait side by side.
export default defineConfig({ test: { testTimeout: 60_000, maxConcurrency: 8 } });
