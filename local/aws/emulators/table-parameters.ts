/** The part of a request that is looked at here, and an item, in DynamoDB's JSON. */
interface Asked {
  readonly ReturnValuesOnConditionCheckFailure?: "ALL_OLD" | "NONE";
}
type Item = Readonly<Record<string, unknown>>;
/** The answer to a request whose condition does not hold. */
interface ConditionFailure {
  readonly body: { Item?: Item };
}

/** The emulator's checks of conditions, as far as they matter here. */
interface Conditions {
  checkConditional(asked: Asked, item: Item | undefined): ConditionFailure | null | undefined;
}
/** The parameters of an operation: the emulator drops all others from a request, without a word. */
interface Operation {
  readonly types: Record<string, string | { readonly type: string; readonly enum: readonly string[] }>;
}

/**
 * Lets the emulator of the tables heed the parameters that it does not know:
 * - `ReturnValuesOnConditionCheckFailure`: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PutItem.html
 * - `ConsistentRead` of a scan: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Scan.html
 */
export function addTableParameters(): void {
  const writes: readonly Operation[] = [
    require("dynalite/validations/putItem"),
    require("dynalite/validations/updateItem"),
    require("dynalite/validations/deleteItem"),
  ];
  for (const { types } of writes)
    types.ReturnValuesOnConditionCheckFailure = { type: "String", enum: ["ALL_OLD", "NONE"] };
  const scan: Operation = require("dynalite/validations/scan");
  scan.types.ConsistentRead = "Boolean";
  returnItemsOfFailures(require("dynalite/db"));
}

/** Lets a failed condition return the item that it has met. */
function returnItemsOfFailures(conditions: Conditions): void {
  const { checkConditional } = conditions;
  conditions.checkConditional = (asked, item) => {
    const failure = checkConditional(asked, item);
    if (failure && item && asked.ReturnValuesOnConditionCheckFailure === "ALL_OLD") failure.body.Item = item;
    return failure;
  };
}
