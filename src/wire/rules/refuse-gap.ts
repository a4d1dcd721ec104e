import type { Model } from '../../chat/model.ts'
import { invalid } from '../refusals.ts'

/** A gap can be filled only by a model that has learned to. */
export function refuseGap(suffix: string, { dialect }: Model): void {
  if (suffix !== '' && dialect.infill === null)
    throw invalid('suffix', 'must be empty: this model has not learned to fill in the middle')
}
