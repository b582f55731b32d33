// Evaluates AWS requests against policies with @cloud-copilot/iam-simulate. One JSON object a line in,
// one out: {"result": "Allowed" | "ImplicitlyDenied" | "ExplicitlyDenied", "ignored": [context keys that
// this action or resource does not have]} or {"error": …} for policies or requests that are not valid.
//
//     node evaluate.mjs DIRECTORY-OF-NODE_MODULES
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const { runSimulation } = createRequire(`${process.argv[2]}/package.json`)("@cloud-copilot/iam-simulate");

async function evaluate({ principal, account, action, resource, context, identity, resourcePolicy, endpoint }) {
  const answer = await runSimulation(
    {
      request: { principal, action, resource: { resource, accountId: account }, contextVariables: context },
      identityPolicies: identity,
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      resourcePolicy,
      vpcEndpointPolicies: endpoint,
    },
    {},
  );
  if (answer.resultType === "error") {
    return { error: answer.errors };
  }
  const results = answer.results ?? [answer.result];
  return { result: answer.overallResult, ignored: results.flatMap((one) => one.ignoredContextKeys ?? []) };
}

for await (const line of createInterface({ input: process.stdin })) {
  let answer;
  try {
    answer = await evaluate(JSON.parse(line));
  } catch (error) {
    answer = { error: String(error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
