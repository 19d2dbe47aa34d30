// What a client of any kind does with its text: types tokens, mostly where others type too, and at
// times deletes one of its own. All of it goes into its record.
import { tokenName, tokensIn, tokenText } from './tokens.mjs'

const hotSpotShare = 0.5
const burstShare = 0.25

export class Typist {
  number = 0

  constructor({ name, client, record, random, pace_ms = 400, kept_max = 60 }) {
    Object.assign(this, { name, client, record, random, pace_ms, kept_max })
  }

  start() {
    const again = () => {
      this.timer = setTimeout(again, this.random.between(this.pace_ms / 2, this.pace_ms * 1.5))
      this.act()
    }
    again()
  }

  stop() {
    clearTimeout(this.timer)
  }

  act() {
    if (!this.client.canEdit) return
    // Several in one turn are on their way together; in between nobody else's edits come in.
    const count = this.random.chance(burstShare) ? 3 : 1
    for (let i = 0; i < count; i++) this.editOnce()
  }

  editOnce() {
    const tokens = tokensIn(this.client.text)
    const own = tokens.filter(({ name }) => name.startsWith(`${this.name}.`))
    if (own.length > 2 && this.random.chance(own.length > this.kept_max ? 0.7 : 0.2)) {
      const { name, text, offset } = this.random.pick(own)
      this.record.deleted(name)
      this.client.edit(offset, text.length, '', () => this.record.deletionAcknowledged(name))
      return
    }
    const name = tokenName(this.name, ++this.number)
    const text = tokenText(name, this.random)
    this.record.typed(name, text)
    this.client.edit(this.place(tokens), 0, text, () => this.record.acknowledged(name))
  }

  /** Anywhere but inside a token; often right behind the first one, where everybody is. */
  place(tokens) {
    if (tokens.length > 0 && this.random.chance(hotSpotShare))
      return tokens[0].offset + tokens[0].text.length
    const offset = this.random.between(0, this.client.text.length)
    const around = tokens.find(
      (token) => token.offset < offset && offset < token.offset + token.text.length,
    )
    return around
      ? around.offset + around.text.length
      : this.isInsidePair(offset)
        ? offset - 1
        : offset
  }

  isInsidePair(offset) {
    const unit = this.client.text.charCodeAt(offset)
    return unit >= 0xdc00 && unit <= 0xdfff
  }
}
