/** What no table of faults can show, and the test that shows it. */
export interface Proof {
  readonly what: string;
  /** What comes of it. */
  readonly ends: string;
  /** File of the test, from `packages`. */
  readonly file: string;
  /** Name of the test. */
  readonly test: string;
}

const container = "action/test/container.test.ts";
const rerun = "action/test/rerun.test.ts";
const sweepRerun = "action/test/sweep/rerun.test.ts";
const sweep = "cli/test/sweep.test.ts";

/** In the order of the page. */
export const proofs: readonly Proof[] = [
  {
    what: "A container job is cancelled in mid-wait: no signal reaches the step",
    ends: "the post step tells it to stop; the job is stopped once",
    file: container,
    test: "in mid-wait stops the job once, and post says what main had to say",
  },
  {
    what: "A container job is cancelled at any moment of its start",
    ends: "no job is left",
    file: container,
    test: "at any moment of the start leaves no job, also before main could say where it is",
  },
  {
    what: "A container job is cancelled, and a create is never answered",
    ends: "the doubt is told, with the job's name",
    file: container,
    test: "tells of a create that is never answered, with the job's name",
  },
  {
    what: "A container job is cancelled, and the step hangs",
    ends: "it is killed, and the post step stops the job",
    file: container,
    test: "with a main that hangs: it is killed, and post stops the job itself",
  },
  {
    what: "A workflow is run again while its job goes on",
    ends: "the job is followed; no second create",
    file: rerun,
    test: "that succeeds while it is followed reports that, and once more reports it again",
  },
  {
    what: "A workflow is run again, and its job has failed",
    ends: "a new job",
    file: rerun,
    test: "that failed after the first attempt had timed out submits anew",
  },
  {
    what: "A workflow is run again on a runner that knows nothing of it",
    ends: "nothing is submitted, unless `on-rerun: submit`",
    file: rerun,
    test: "where nothing is known of an earlier attempt, unless it is told to",
  },
  {
    what: "A sweep's workflow is run again",
    ends: "only runs without a job that goes on or succeeded are made",
    file: sweepRerun,
    test: "follows jobs that go on, keeps runs that succeeded, and makes only the others",
  },
  {
    what: "A sweep's runner dies, and the workflow is run again",
    ends: "nothing is made twice; a doubt stays one",
    file: sweepRerun,
    test: "makes nothing again after a runner that died, and keeps a doubt as one",
  },
  {
    what: "The file in which a step wrote down its jobs is damaged",
    ends: "a re-run submits nothing that may exist",
    file: "action/src/job/ledger.test.ts",
    test: "gives no wrong verdict and makes nothing twice from a damaged file, whatever happened to it",
  },
  {
    what: "A sweep is submitted again while the first goes on",
    ends: "refused, with the way to go on and to insist",
    file: sweep,
    test: "is refused while the first is not over, and says how to go on with it and how to insist",
  },
  {
    what: "A sweep is submitted twice at the same moment",
    ends: "no run is made twice",
    file: sweep,
    test: "makes no run twice when two begin at the same moment",
  },
  {
    what: "Three creates of a sweep in a row have an unknown outcome",
    ends: "the sweep pauses; a resume tries with one",
    file: sweep,
    test: "makes a sweep pause after three unknown outcomes, and a resume probes with one",
  },
  {
    what: "A sweep's process is killed three times, at a platform full of faults",
    ends: "every run is made, none twice",
    file: "core/src/sweep/run/kill.test.ts",
    test: "brings 500 runs to their end through faults, quota refusals and three kill -9",
  },
  {
    what: "A second host of a shared home goes on with a sweep that runs",
    ends: "refused for minutes, unless it is taken over",
    file: "core/src/sweep/record/owner.test.ts",
    test: "refuses a sweep whose process on another host gave a sign within minutes, unless it is taken over",
  },
  {
    what: "A sweep is taken over from a process that goes on, and left again",
    ends: "that process ends; no run is made twice",
    file: "core/src/sweep/run/taken-over.test.ts",
    test: "a sweep makes no run again that another process has made, which took it over and left it",
  },
  {
    what: "Lines of the journal that may have recorded a create are damaged",
    ends: "nothing is sent until a person insists",
    file: "core/src/client/submit-recorded.test.ts",
    test: "refuses where lines are damaged that may have recorded a create, until a person accepts it",
  },
  {
    what: "A folder of qizhi is another user's, as with sudo -E",
    ends: "refused; nothing is sent, and nothing is made there",
    file: "cli/test/real-machine.test.ts",
    test: "at whose home root comes with sudo -E finds nothing of root's there, and a note tells root",
  },
];
