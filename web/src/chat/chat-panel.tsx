import { useEffect, useMemo, useRef } from 'react'
import type { ChatMessage } from '../contract/events'
import { shownName } from '../people/shown-name'
import { useRoomState } from '../room/room-context'
import { slotOf } from '../room/room-data'
import { common } from '../text/common'
import { formatTime } from '../text/format'
import { chatText } from '../text/room'
import { Avatar } from '../ui/avatar'
import { IconButton } from '../ui/button'
import { copyText } from '../ui/clipboard'
import { groupChat, splitMessage } from './chat-groups'
import type { ChatItem } from './chat-groups'
import { Composer } from './composer'
import './chat.css'

export function ChatPanel() {
  const chat = useRoomState((state) => state.data.chat)
  const items = useMemo(() => groupChat(chat), [chat])
  const scroll = useRef<HTMLDivElement>(null)
  const isAtEnd = useRef(true)
  useEffect(() => {
    const node = scroll.current
    if (node && isAtEnd.current) node.scrollTop = node.scrollHeight
  }, [items])
  const hasMessages = chat.some(({ kind }) => kind === 'message')

  return (
    <section className="chat" aria-label={chatText.chat}>
      <div className="pane-head">
        <h2>{chatText.chat}</h2>
      </div>
      {!hasMessages && <p className="muted chat-empty">{chatText.empty}</p>}
      <div
        className="scroll"
        ref={scroll}
        // What scrolls has to be reachable with the keyboard.
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        role="log"
        aria-label={chatText.messages}
        onScroll={({ currentTarget: node }) => {
          isAtEnd.current = node.scrollHeight - node.scrollTop - node.clientHeight < 24
        }}
      >
        <ol>
          {items.map((item) => (
            <Item key={item.id} item={item} />
          ))}
        </ol>
      </div>
      <Composer />
    </section>
  )
}

function Item({ item }: { item: ChatItem }) {
  if (item.kind === 'group') return <Group messages={item.messages} />
  const { kind, name, at } = item.entry
  const time = formatTime(new Date(at))
  return (
    <li className="quiet-line">
      {kind === 'joined'
        ? chatText.joinedAt(shownName(name), time)
        : chatText.leftAt(shownName(name), time)}
    </li>
  )
}

function Group({ messages }: { messages: readonly ChatMessage[] }) {
  const participants = useRoomState((state) => state.data.participants)
  const [first] = messages
  if (!first) return null
  const sender = participants.find(({ userId }) => userId === first.userId)
  const at = new Date(first.at)
  return (
    <li className="msg">
      <Avatar name={first.sender} slot={slotOf(sender ?? first)} />
      <div className="msg-head">
        <span className="cut">{shownName(first.sender)}</span>
        <time dateTime={first.at} title={at.toLocaleString()}>
          {formatTime(at)}
        </time>
      </div>
      {messages.map((message) => (
        <MessageText key={message.id} message={message} />
      ))}
    </li>
  )
}

function MessageText({ message }: { message: ChatMessage }) {
  const parts = splitMessage(message.text)
  return (
    <p title={new Date(message.at).toLocaleTimeString()}>
      {parts.map((part, index) => {
        if (part.kind === 'code') return <code key={index}>{part.text}</code>
        if (part.kind === 'text') return part.text
        return (
          <span key={index} className="address">
            {part.text}
            <IconButton
              icon="copy"
              label={common.copy}
              tiny
              onClick={() => void copyText(part.text)}
            />
          </span>
        )
      })}
    </p>
  )
}
