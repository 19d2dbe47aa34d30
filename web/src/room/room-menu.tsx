import { Menu } from '@mantine/core'
import { useNavigate } from 'react-router'
import { patchRoom } from '../api/rooms'
import { languageText, peopleText, roomText } from '../text/room'
import { IconButton } from '../ui/button'
import { copyText } from '../ui/clipboard'
import { Icon } from '../ui/icon'
import { languageName } from '../ui/language-sign'
import { showToast } from '../ui/toast'
import { downloadCode } from './download'
import { useRoom, useRoomState, useRoomUi } from './room-context'
import { useRuntimes } from './use-runtimes'

export function RoomMenu() {
  const { session } = useRoom()
  const { width, setDialog, setSideOpen, isSideOpen, setRenaming } = useRoomUi()
  const isOwner = useRoomState((state) => state.data.role === 'owner')
  const locked = useRoomState((state) => state.data.locked)
  const language = useRoomState((state) => state.data.language)
  const runtimes = useRuntimes()
  const navigate = useNavigate()

  async function lock() {
    const result = await patchRoom(session.roomId, { locked: !locked })
    if (result.ok) session.learn(result.value)
    else showToast(result.error.message || roomText.lockFailed, 'warn')
  }
  async function copyAll() {
    const copied = await copyText(session.document.text)
    showToast(copied ? roomText.copiedAll : roomText.notCopied, copied ? 'check' : 'warn')
  }

  return (
    <Menu withinPortal={false}>
      <Menu.Target>
        <IconButton icon="more" label={roomText.roomMenu} />
      </Menu.Target>
      <Menu.Dropdown>
        {width === 'narrow' && (
          <>
            <Menu.Item leftSection={<Icon name="person" />} onClick={() => setDialog('share')}>
              {roomText.share}
            </Menu.Item>
            {isOwner && (
              <Menu.Item leftSection={<Icon name="pencil" />} onClick={() => setRenaming(true)}>
                {roomText.rename}
              </Menu.Item>
            )}
            <Menu.Item leftSection={<Icon name="code" />} onClick={() => setDialog('language')}>
              {languageText.languageNow(languageName(language))}
            </Menu.Item>
          </>
        )}
        {width !== 'narrow' && (
          <Menu.Item leftSection={<Icon name="chat" />} onClick={() => setSideOpen(!isSideOpen)}>
            {peopleText.peopleAndChat}
          </Menu.Item>
        )}
        <Menu.Item
          leftSection={<Icon name="download" />}
          onClick={() => downloadCode(session, language, runtimes)}
        >
          {roomText.downloadCode}
        </Menu.Item>
        <Menu.Item leftSection={<Icon name="copy" />} onClick={() => void copyAll()}>
          {roomText.copyAll}
        </Menu.Item>
        <Menu.Item leftSection={<Icon name="gear" />} onClick={() => setDialog('settings')}>
          {roomText.settings}
        </Menu.Item>
        {width !== 'narrow' && (
          <Menu.Item leftSection={<Icon name="term" />} onClick={() => setDialog('shortcuts')}>
            {roomText.shortcuts}
          </Menu.Item>
        )}
        <Menu.Divider />
        {isOwner && (
          <Menu.Item leftSection={<Icon name="lock" />} onClick={() => void lock()}>
            {locked ? roomText.unlock : roomText.lock}
          </Menu.Item>
        )}
        <Menu.Item leftSection={<Icon name="right" />} onClick={() => void navigate('/')}>
          {roomText.leave}
        </Menu.Item>
        {isOwner && (
          <Menu.Item
            className="danger"
            leftSection={<Icon name="cross" />}
            onClick={() => setDialog('delete')}
          >
            {roomText.deleteRoom}
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  )
}
