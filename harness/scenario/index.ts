// The face of scenario/: text to a tree with places, diagnostics, the vocabulary of values, and
// expressions. It knows no verb and no matcher of events; those are in steps/ and expect/.

export { type ValidateOptions, validate } from './check.ts'
export { clipText, hexClipped, quoteClipped, SHOWN_BYTES, whereTheyDiffer } from './clip.ts'
export { type Diagnostic, Diagnostics, isError, type Severity } from './diagnostic.ts'
export { explainSettings } from './explain-settings.ts'
export type { Scope } from './expression/evaluate.ts'
export { isDeferred } from './expression/template.ts'
export {
  durationValue,
  parseQuantity,
  percentValue,
  Quantity,
  type ScopeMap,
  type ScopeValue,
  sizeValue,
  typedValue,
} from './expression/value.ts'
export { type Interpolated, interpolate, type NeededName, namesIn } from './expression.ts'
export { type Actual, type Elements, matchValue, showMatcher } from './match.ts'
export {
  type MatcherOptions,
  readHex,
  type Scalar,
  textMatcher,
  translatedMatcher,
  type ValueMatcher,
  valueMatcher,
} from './matcher.ts'
export { type RaisedMatcher, raisedMatcher } from './raised.ts'
export { RANGE, type Range } from './range.ts'
export { exactSource, readRegex, regexText } from './regex-text.ts'
export { type RenderOptions, renderDiagnostic } from './render.ts'
export { didYouMean, suggest } from './suggest.ts'
export {
  childOf,
  entryOf,
  headPlace,
  type ListNode,
  type MapEntry,
  type MapNode,
  type Node,
  nodeAt,
  placeInScalar,
  placeOf,
  type ScalarNode,
  scalarsOf,
  toPlain,
} from './tree.ts'
export {
  LONGEST_DURATION,
  type Parsed,
  parseDuration,
  parsePercent,
  parseRate,
  parseSize,
  writeDuration,
  writePercent,
  writeSize,
} from './units.ts'
export { blamedOnRegexes } from './unquoted-regex.ts'
export {
  type Count,
  count,
  duration,
  identifier,
  percent,
  positiveDuration,
  positiveRate,
  qos,
  rate,
  readText,
  size,
  text,
  timeSpan,
  topicFilter,
  topicName,
  versionText,
} from './vocabulary.ts'
export { wholeMatcher } from './whole-matcher.ts'
export { type Complaint, type ComplaintParams, complain, nameOf, type ParseResult, word } from './word.ts'
export { bare, documentText, expression, flow, lengthOf, list, map, quoted, type Value, Written } from './write.ts'
export { type ParsedScenario, parseScenarioText } from './yaml.ts'
