// A library on top of this one: what it exports has types that its own declarations can name.
import {
  createClient,
  createNodeFetch,
  createRateLimiter,
  defineOperation,
  findSpecWarnings,
  isQizhiError,
  JobSchema,
  JobSpecSchema,
  operations,
  parseJobSpec,
  readDefaults,
  readJobSpec,
  summarizeJob,
} from "@qizhi/core";
import { openIds, openJournal, submitRecorded } from "@qizhi/core/journal";
import { startLocalPlatform } from "@qizhi/core/local";
import { readSpec, readSweep, resumeSweep, startSweep } from "@qizhi/core/sweep";

export const limiter = createRateLimiter({ perSecond: 2 });
export const transport = createNodeFetch();
export const client = createClient({ limiter, transport });
export const schemas = { job: JobSchema, spec: JobSpecSchema, ...operations };
export const nodes = (id: string) =>
  client.getJob(id).then(({ node_infos, framework_config, ...job }) => {
    const [group] = framework_config ?? [];
    return { node_infos, group, timeline: job.timeline, user: job.created_by, all: job };
  });
export const report = async (id: string) =>
  summarizeJob(await client.getJob(id), { baseUrl: client.baseUrl });
export const stop = (id: string) => client.stopJob(id);
export const stopAll = (ids: string[]) => client.stopJobs(ids);
export const watch = (ids: string[]) => client.watchJobs(ids);
export const watcher = () => client.openWatcher();
export const check = (value: unknown) => {
  const spec = parseJobSpec(value);
  return { spec, issues: JobSpecSchema.safeParse(value) };
};
export const read = async (file: string) => {
  const found = await readJobSpec(file, { defaults: await readDefaults() });
  return { found, warnings: findSpecWarnings(found), place: found.locate(["name"]) };
};
export const facts = (error: unknown) => (isQizhiError(error) ? error : undefined);
export const again = defineOperation({ ...operations.detail, name: "again" });
export const journal = (dir: string) => openJournal({ dir });
export const history = (dir: string) => journal(dir).read();
export const ids = (dir: string) => openIds({ dir });
export const record = submitRecorded;
export const platform = () => startLocalPlatform({ instant: true });
export const sweeps = { readSpec, readSweep, startSweep, resumeSweep };
