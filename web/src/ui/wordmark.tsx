import { Link } from 'react-router'
import { common } from '../text/common'
import { Mark } from './mark'

/** The product's name with its mark; leads to the start. */
export function Wordmark() {
  return (
    <Link className="brand" to="/">
      <Mark />
      <span>{common.product}</span>
    </Link>
  )
}
