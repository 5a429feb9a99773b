export class RegisteredRun {
  static begin(_o: any) {
    return new RegisteredRun()
  }
  isCancelled(_f: any) {
    return false
  }
  fail(_e: any, _t: any) {}
  end(_o: any, _r: any) {}
}
