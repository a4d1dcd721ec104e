import './requests.css'
import { useRoute } from '../../shell/route.ts'
import { RequestList } from './request-list.tsx'
import { RequestStory } from './request-story.tsx'

/** What was asked of this server: all of it, or the story of one request. */
export function RequestsPage() {
  const { item } = useRoute()
  return item === '' ? <RequestList /> : <RequestStory key={item} id={item} />
}
