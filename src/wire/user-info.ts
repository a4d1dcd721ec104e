import type { Account } from '../chat/account.ts'

/** Nothing is charged here, so it is never less. Clients stop to use a key whose balance is 0. */
const balance = '1000000.00'

/** The body of `GET /v1/user/info`, in the service's shape. */
export function writeUserInfo({ id, name }: Account): string {
  return JSON.stringify({
    code: 20000,
    message: 'OK',
    status: true,
    data: {
      id,
      name,
      image: '',
      email: '',
      isAdmin: false,
      balance,
      status: 'normal',
      introduction: '',
      role: '',
      chargeBalance: '0.00',
      totalBalance: balance,
    },
  })
}
