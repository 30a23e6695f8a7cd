// An expression's value in a scope. Everything that can be wrong is an ExpressionError with the
// offsets of exactly the part that is wrong.

import { didYouMean } from '../suggest.ts'
import { calculate } from './arithmetic.ts'
import { applyFunction, functionNamed, functions } from './functions.ts'
import { ExpressionError } from './lex.ts'
import { calls, type Expression, rootNames } from './parse.ts'
import { describeKind, Quantity, type ScopeMap, type ScopeValue } from './value.ts'

export interface Scope {
  readonly values: Readonly<Record<string, ScopeValue | undefined>>
  /** Roots whose values come later: an expression that needs one is left as it is. */
  readonly later?: ReadonlySet<string>
  /** `vars.NAME`, `matrix.NAME`: what was reported as broken already. Of an expression that reads one nothing is said. */
  readonly broken?: ReadonlySet<string>
}

/** Whether it reads what was reported as broken. */
export function readsBroken(expression: Expression, { broken }: Scope): boolean {
  if (broken === undefined || broken.size === 0) return false
  const look = (part: unknown): boolean => {
    if (typeof part !== 'object' || part === null) return false
    const { kind, object, name } = part as Partial<Extract<Expression, { kind: 'member' }>>
    if (kind === 'member' && object?.kind === 'name' && broken.has(`${object.name}.${name}`)) return true
    return Object.values(part).some(look)
  }
  return look(expression)
}

/** Names that are wrong whatever the values are: reported even for what is evaluated later. */
export function checkNames(expression: Expression, scope: Scope): ExpressionError[] {
  const known = [...Object.keys(scope.values), ...(scope.later ?? [])]
  const unknownRoots = rootNames(expression)
    .filter(({ name }) => !scope.later?.has(name) && !Object.hasOwn(scope.values, name))
    .map((at) => unknownName(`unknown name "${at.name}"`, at.name, known, at))
  const unknownCalls = calls(expression)
    .filter(({ name }) => functionNamed(name) === undefined)
    .map(({ name, at }) => unknownName(`unknown function "${name}"`, name, Object.keys(functions), at))
  const wrongCounts = calls(expression).flatMap((call) => {
    const [least, most] = functionNamed(call.name)?.arity ?? [0, Number.POSITIVE_INFINITY]
    if (call.args.length >= least && call.args.length <= most) return []
    const wanted = most > least ? `at least ${least}` : String(least)
    const message = `${call.name}() takes ${wanted} ${wanted.endsWith('1') ? 'argument' : 'arguments'}, here are ${call.args.length}`
    return [new ExpressionError('expression-type', message, call)]
  })
  return [...unknownRoots, ...unknownCalls, ...wrongCounts]
}

/** The names of later values that an expression needs. */
export const laterNames = (expression: Expression, scope: Scope): string[] =>
  rootNames(expression)
    .map(({ name }) => name)
    .filter((name) => scope.later?.has(name))

export function evaluate(expression: Expression, scope: Scope): ScopeValue {
  switch (expression.kind) {
    case 'literal':
      return expression.value
    case 'name': {
      const { name } = expression
      const value = Object.hasOwn(scope.values, name) ? scope.values[name] : undefined
      if (value === undefined) throw unknownName(`unknown name "${name}"`, name, Object.keys(scope.values), expression)
      return value
    }
    case 'member':
      return member(evaluate(expression.object, scope), expression.name, expression.object, expression.at)
    case 'index':
      return element(evaluate(expression.object, scope), evaluate(expression.index, scope), expression)
    case 'unary':
      return unary(expression, evaluate(expression.operand, scope))
    case 'binary': {
      const { sign, left, right } = expression
      if (sign === '&&') return truth(left, scope) && truth(right, scope)
      if (sign === '||' && mayBeUnset(left)) return environment(left, scope) ?? evaluate(right, scope)
      if (sign === '||') return truth(left, scope) || truth(right, scope)
      return calculate(expression, evaluate(left, scope), evaluate(right, scope))
    }
    case 'choice':
      return truth(expression.test, scope) ? evaluate(expression.yes, scope) : evaluate(expression.no, scope)
    case 'call':
      return applyFunction(
        expression,
        expression.args.map((arg) => evaluate(arg, scope)),
      )
  }
}

/** `env.X`, a clause of a contract, or some of them with `||` between: after it stands what is taken when none is set. */
function mayBeUnset(expression: Expression): boolean {
  if (expression.kind === 'binary') return expression.sign === '||' && mayBeUnset(expression.left)
  return isVariable(expression) || clauseIn(expression) !== null
}

const isVariable = (expression: Expression): boolean =>
  expression.kind === 'member' && expression.object.kind === 'name' && expression.object.name === ENVIRONMENT

/** Of `contract.DEVICE.CLAUSE` and what is within: the contract, and the expressions that lead from there. */
function clauseIn(expression: Expression): readonly [of: Expression, ...Step[]] | null {
  if (expression.kind !== 'member' && expression.kind !== 'index') return null
  const { object } = expression
  const isContract = object.kind === 'member' && object.object.kind === 'name' && object.object.name === CONTRACT
  if (isContract) return [object, expression]
  const before = clauseIn(object)
  return before === null ? null : [...before, expression]
}

type Step = Extract<Expression, { kind: 'member' | 'index' }>

/** Its value; undefined when the variable is not set or empty, or the contract does not say so. */
function environment(expression: Expression, scope: Scope): ScopeValue | undefined {
  if (expression.kind === 'binary')
    return environment(expression.left, scope) ?? environmentOrValue(expression.right, scope)
  const clause = clauseIn(expression)
  if (clause !== null) return said(clause, scope)
  if (expression.kind !== 'member') return evaluate(expression, scope)
  const variables = evaluate(expression.object, scope)
  const value = isMap(variables) && Object.hasOwn(variables, expression.name) ? variables[expression.name] : undefined
  return value === '' ? undefined : value
}

function said([contract, ...steps]: readonly [Expression, ...Step[]], scope: Scope): ScopeValue | undefined {
  let at: ScopeValue | undefined = evaluate(contract, scope)
  for (const step of steps) {
    const key: ScopeValue = step.kind === 'member' ? step.name : evaluate(step.index, scope)
    if (at === undefined) return undefined
    if (isMap(at)) at = Object.hasOwn(at, String(key)) ? at[String(key)] : undefined
    else if (step.kind === 'index') at = element(at, key, step)
    else at = member(at, step.name, step.object, step.at)
  }
  return at
}

const environmentOrValue = (expression: Expression, scope: Scope): ScopeValue | undefined =>
  mayBeUnset(expression) ? environment(expression, scope) : evaluate(expression, scope)

const ENVIRONMENT = 'env'
const CONTRACT = 'contract'

function truth(expression: Expression, scope: Scope): boolean {
  const value = evaluate(expression, scope)
  if (typeof value === 'boolean') return value
  const hint = value === null ? 'compare: x != null' : 'compare it with something'
  throw new ExpressionError('expression-type', `expected true or false, got ${describeKind(value)}`, expression, hint)
}

const isMap = (value: ScopeValue): value is ScopeMap =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  !(value instanceof Quantity) &&
  !(value instanceof Uint8Array)

function member(object: ScopeValue, name: string, from: Expression, at: { start: number; end: number }): ScopeValue {
  const whose = pathOf(from)
  if (!isMap(object)) {
    const message = `${whose} is ${describeKind(object)} and has no "${name}"`
    throw new ExpressionError('expression-type', message, at)
  }
  const value = Object.hasOwn(object, name) ? object[name] : undefined
  if (value !== undefined) return value
  if (whose === ENVIRONMENT) throw notSet(name, Object.keys(object), at)
  throw unknownName(`${whose} has no "${name}"`, name, Object.keys(object), at)
}

function notSet(name: string, known: readonly string[], at: { start: number; end: number }): ExpressionError {
  const byDefault = `give it a default: \${{ env.${name} || 'text' }}`
  const message = `the environment variable ${name} is not set`
  return new ExpressionError(
    'unknown-name',
    message,
    at,
    `${didYouMean(name, known)?.replace(/\?$/, '') ?? 'set it'}, or ${byDefault}`,
  )
}

function element(object: ScopeValue, index: ScopeValue, at: Extract<Expression, { kind: 'index' }>): ScopeValue {
  if (isMap(object) && typeof index === 'string') return member(object, index, at.object, at.index)
  if (!Array.isArray(object) || typeof index !== 'number') {
    const message = `${describeKind(object)} has no element at ${describeKind(index)}`
    throw new ExpressionError('expression-type', message, at, 'lists take numbers, maps take text')
  }
  const value = (object as readonly ScopeValue[])[index]
  if (value !== undefined) return value
  const message = `${pathOf(at.object)} has ${object.length} elements, so none at ${index}`
  throw new ExpressionError('expression-value', message, at.index, 'the first is at 0')
}

function unary(at: Extract<Expression, { kind: 'unary' }>, value: ScopeValue): ScopeValue {
  if (at.sign === '!') {
    if (typeof value === 'boolean') return !value
    throw new ExpressionError('expression-type', `! takes true or false, not ${describeKind(value)}`, at.operand)
  }
  if (typeof value === 'number') return -value
  if (value instanceof Quantity) return new Quantity(value.unit, -value.amount)
  throw new ExpressionError('expression-type', `- takes a number or a quantity, not ${describeKind(value)}`, at.operand)
}

function pathOf(expression: Expression): string {
  if (expression.kind === 'name') return expression.name
  if (expression.kind === 'member') return `${pathOf(expression.object)}.${expression.name}`
  return 'this'
}

/** At most so many names are listed: an environment has hundreds. */
const LISTED = 12

function unknownName(
  message: string,
  name: string,
  known: readonly string[],
  at: { readonly start: number; readonly end: number },
): ExpressionError {
  if (name.includes('-') && known.includes(name.split('-')[0]!))
    return new ExpressionError('unknown-name', message, at, 'to subtract, put spaces around the -')
  const listed = known.length > 0 && known.length <= LISTED ? `there is ${known.join(', ')}` : undefined
  return new ExpressionError('unknown-name', message, at, didYouMean(name, known, listed))
}
