extension Library {
  @inlinable static func strategy<S: Strategy & ~Copyable>(_ type: S.Type, _ state: StateOperations?) -> Content {
    let process: InstanceHead.Process = { memory, context, event, intents, capacity, count in
      let instance = memory.assumingMemoryBound(to: Instance<S>.self)
      let scales = instance.pointee.head.scales
      let lent = Context(context, scales)
      var wishes = Intents(intents, capacity)
      // The union is read through a pointer to the member of its kind: its getter in Swift copies all 128 bytes.
      let payload = UnsafeRawPointer(event) + Library.payloadOffset
      switch event.pointee.kind {
      case QE_EVENT_TRADE:
        instance.pointee.body.onTrade(Trade(payload.assumingMemoryBound(to: qe_trade.self).pointee, scales), lent, &wishes)
      case QE_EVENT_QUOTE:
        instance.pointee.body.onQuote(Quote(payload.assumingMemoryBound(to: qe_quote.self).pointee, scales), lent, &wishes)
      case QE_EVENT_DEPTH:
        instance.pointee.body.onDepth(Depth(payload.assumingMemoryBound(to: qe_depth.self).pointee, scales), lent, &wishes)
      case QE_EVENT_BAR:
        instance.pointee.body.onBar(Bar(payload.assumingMemoryBound(to: qe_bar.self).pointee, scales), lent, &wishes)
      case QE_EVENT_TIMER:
        instance.pointee.body.onTimer(payload.assumingMemoryBound(to: qe_timer.self).pointee.scheduled_ms, lent, &wishes)
      case QE_EVENT_PREDICTION:
        instance.pointee.body.onPrediction(Prediction(payload.assumingMemoryBound(to: qe_prediction.self).pointee), lent, &wishes)
      case QE_EVENT_MARK_PRICE:
        instance.pointee.body.onMarkPrice(
          MarkPrice(payload.assumingMemoryBound(to: qe_mark_price.self).pointee, scales), lent, &wishes)
      case QE_EVENT_ORDER_UPDATE:
        instance.pointee.body.onOrderUpdate(
          OrderUpdate(payload.assumingMemoryBound(to: qe_order_update.self).pointee, scales), lent, &wishes)
      case QE_EVENT_RISK_STATE:
        instance.pointee.body.onRiskState(RiskState(payload.assumingMemoryBound(to: qe_risk_state.self).pointee), lent, &wishes)
      default: break  // of a later minor version: not ours
      }
      count.pointee = wishes.count
      return QE_OK
    }
    var operations = InstanceOperations(S.self, calls: .strategy(process))
    operations.state = state
    var content = Content(S.self, kind: QE_KIND_STRATEGY, operations)
    content.events = S.events.rawValue
    content.timerPeriodMilliseconds = S.timerPeriodMilliseconds
    content.featureSchemaHash = S.featureSchemaHash
    return content
  }

  @inlinable static func model<M: Model & ~Copyable>(_ type: M.Type, _ state: StateOperations?) -> Content {
    let predict: InstanceHead.Predict = { memory, features, count, out in
      let instance = memory.assumingMemoryBound(to: Instance<M>.self)
      var forecasts = Forecasts(out, rows: 1)
      do {
        forecasts.append(try instance.pointee.body.predict(UnsafeBufferPointer(start: features, count: Int(count)).span))
      } catch { return QE_ERROR }
      return forecasts.status
    }
    let predictBatch: InstanceHead.PredictBatch = { memory, features, rows, columns, out in
      let instance = memory.assumingMemoryBound(to: Instance<M>.self)
      var forecasts = Forecasts(out, rows: Int(rows))
      let all = UnsafeBufferPointer(start: features, count: Int(rows) * Int(columns))
      do { try instance.pointee.body.predictBatch(all.span, columns: Int(columns), &forecasts) } catch { return QE_ERROR }
      return forecasts.status
    }
    var operations = InstanceOperations(M.self, calls: .model(predict, predictBatch))
    operations.state = state
    var content = Content(M.self, kind: QE_KIND_MODEL, operations)
    content.featureSchemaHash = M.featureSchemaHash
    return content
  }
}
