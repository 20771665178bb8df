import {
  tokenAnswerSchema,
  tokenRequestSchema,
  detailRequestSchema,
  stopRequestSchema,
} from "./job-ref.ts";
import { specSchemas } from "./job-spec.ts";
import * as job from "./job.ts";

/**
 * The 24 models of the platform's own page (its components.schemas), under the names that they have there.
 * `train.Env` stands in requests and answers; the answer's schema is the one listed.
 */
export const pageSchemas = {
  "common.JobSubStatus": job.jobSubStatus(),
  "common.MountPath": job.mountPath(),
  "node.CpuInfo": job.cpuInfo(),
  "node.GpuInfo": job.gpuInfo(),
  "pkg_openapi_controller_auth.GetAuthTokenReq": tokenRequestSchema(),
  "pkg_openapi_controller_auth.GetAuthTokenResp": tokenAnswerSchema(),
  "pkg_openapi_controller_train.DetailReq": detailRequestSchema(),
  "pkg_openapi_controller_train.Job": job.jobSchema(),
  "pkg_openapi_controller_train.JobOpenapi": specSchemas().job,
  "pkg_openapi_controller_train.StopReq": stopRequestSchema(),
  "project.ProjectPriority": job.projectPriority(),
  "resource_price.InstanceSpecPriceInfo": job.instanceSpecPriceInfo(),
  "resource_price.LcgResourceSpecPriceConfirmationReq": job.resourceSpecPrice(),
  "train.ConfigMode": job.configMode(),
  "train.DatasetInfo": job.datasetInfo(),
  "train.Env": job.env(),
  "train.FrameworkConfigOpenAPI": specSchemas().frameworkConfig,
  "train.FrameworkConfigStandard": job.frameworkConfig(),
  "train.NodeInfo": job.nodeInfo(),
  "train.ReplicasType": job.replicasType(),
  "train.Timeline": job.timeline(),
  "user.ExtraInfo": job.userExtraInfo(),
  "user.GlobalRole": job.globalRole(),
  "user.UserBase": job.user(),
};
