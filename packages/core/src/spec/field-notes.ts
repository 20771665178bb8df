import type { SpecPath } from "./place.ts";

// Said when a required field is missing, so that a person need not look it up.
const notes: Readonly<Record<string, string>> = {
  command: "the shell command that each node runs",
  dataset_id: "the dataset's code in the web console",
  framework: "write pytorch",
  framework_config: "a list with one entry: image, image_type, instance_count, shm_gi, spec_id",
  image: "the whole image address, host/namespace/name:tag",
  image_type:
    "SOURCE_OFFICIAL, SOURCE_PUBLIC or SOURCE_PRIVATE, as the web console files the image",
  instance_count: "the number of nodes",
  logic_compute_group_id: "lcg-…, in the web console's address bar and in any job's detail",
  name: "the job's name",
  path: "the path that the web console's check returned",
  project_id: "project-…, in any job's detail",
  shm_gi: "GiB of shared memory per node; 0 asks for none",
  spec_id: "what one node has; it is quota_id in the detail of a job made in the web console",
  task_priority: "1 to 10, larger is more urgent; 1 to 3 can be pre-empted",
  value: 'the variable\'s text; write "" for an empty one',
  version_id: "the version's code in the web console",
  workspace_id: "ws-…, in the web console's address bar as spaceId",
};

/** What a required field is, in a few words. */
export function noteOn(path: SpecPath): string | undefined {
  if (path[0] === "envs" && path.at(-1) === "name") return "the variable's name";
  return notes[String(path.at(-1))];
}
