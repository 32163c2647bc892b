"""What a run says at its end, and whether it was good."""
import collections
import statistics


import service
import storm
import watch

TOGETHER = "two at once"
NEEDED = ("login", "session by token", "session by cookie", "refresh", "logout", "gate")   # a run without shows nothing


def sums(results, name):
    total = collections.Counter()
    for result in results:
        total.update(result[name])
    return total


def line(name, value):
    print(f"  {name:<42} {value}")


def operations(results, length):
    good, refusals = sums(results, "good"), sums(results, "refusals")
    total = sum(count for kind, count in good.items() if not kind.startswith("session by"))   # each of those is a login, too
    print(f"operations acknowledged: {total:,} ({total / length:,.0f}/s)")
    for kind, count in good.most_common():
        line(kind, f"{count:,}")
    print("refused or without an answer, by kind and status")
    for kind, count in sorted(refusals.items()):
        line(kind, f"{count:,}")


def per_fault(times, met, length):
    print(f"faults: {len(met)} in {length:.0f} s. Of those that were alone, in seconds, median / longest: how long it lasted, the longest\n"
          "pause (time without a good answer) while it did, and from its end to the first good answer; of any kind, and for a login")
    print(f"  {'':<24} {'times':>5} {'lasted':>6} {'pause: any':>13} {'login':>13} {'after: any':>13} {'login':>13}")
    rows = {name: [] for name in (*storm.FAULTS, *storm.FORGERIES, TOGETHER)}
    for number in {number for *_, number in met}:
        names, begins, ends = zip(*(fault[:3] for fault in met if fault[3] == number))
        rows[names[0] if len(names) == 1 else TOGETHER].append((min(begins), max(ends)))
    for name, of in rows.items():
        count = len(of) if name == TOGETHER else sum(one == name for one, *_ in met)
        if not count:
            continue
        cells = [spread([times.pause(kind, b, e)[0] for b, e in of]) for kind in ("any", "login")]
        cells += [spread([times.recovery(kind, e) for _, e in of]) for kind in ("any", "login")]
        lasted = f"{statistics.median(e - b for b, e in of):.1f}" if of else "-"
        print(f"  {name:<24} {count:>5} {lasted:>6} " + " ".join(f"{cell:>13}" for cell in cells))


def spread(values):
    if None in values:
        return "none came"
    if not values:
        return "-"
    return f"{statistics.median(values):.2f} / {max(values):.2f}"


def processes(campaign):
    masters, (deaths, facts, given_up, _) = campaign.ground.service, campaign.log
    print("processes")
    counted = sums(campaign.results, "counted")
    line("sessions of which nothing is claimed", counted["let go"])
    line("logins that a page sent once more", counted["sent once more"])
    line("lives of access tokens, in seconds", {k.split()[1]: n for k, n in counted.items() if k.startswith("life")})
    line("masters started", f"{masters.starts}, ended with {dict(collections.Counter(map(str, masters.ends)))}")
    line("workers died", dict(deaths))
    for name, count in facts.items():
        line(name, count)
    for name, count in sorted(campaign.ground.notes.items()):
        line(name, count)
    return given_up


def memory(campaign):
    print("memory (MB) and descriptors: medians of the first, middle and last third")
    grown = []
    for what, first, middle, last, judged, more in campaign.watch.growth(service.WORKERS):
        line(what, f"{first:.1f}  {middle:.1f}  {last:.1f}  {'GROWS' if more else 'level' if judged else 'too short to judge'}")
        grown += [what] * more
    return grown


def crashes(deaths):
    """Workers end by our signals, or say why they cannot start; a signal that nobody sent is a crash."""
    return [f"workers died by {why}: {n}" for why, n in deaths.items() if why.startswith("signal") and why not in ("signal 9", "signal 15")]


def tell(name, items):
    print(f"{name}: {len(items)}")
    for item in items[:20]:
        print(f"  {item}")


def of(campaign, reports):
    results, length = campaign.results, campaign.raged - campaign.storm.deadline + campaign.given.time
    operations(results, length)
    times, met = watch.Times(campaign.crowd.ticks), campaign.storm.met
    per_fault(times, met, length)
    for kind in ("any", "login"):
        line(f"longest pause outside of faults: {kind}", f"{times.outside(kind, met, campaign.warm, campaign.raged, 1):.2f} s")
    given_up, grown = processes(campaign), memory(campaign)
    states = collections.Counter(claim.state for claim in campaign.claims.values())
    print(f"sessions: {dict(states)}; all looked up in the database, asked for at the end: {campaign.asked.counted}")
    lost = [text for r in results for text in r["told"]["lost"]] + campaign.missing + campaign.asked.wrong
    wrong = [text for r in results for text in r["told"]["wrong"]] + campaign.ground.wrongs + crashes(campaign.log[0])
    wrong += [f"no {kind} was ever acknowledged" for kind in NEEDED if not sums(results, "good")[kind]]
    never = sum(r["never_ended"] for r in results) + campaign.late
    stuck = campaign.ground.service.stuck + campaign.crowd.stuck + given_up + [f"{never} requests never ended"] * (never > 0)
    wanted = campaign.given.only or storm.FAULTS
    unmet = [name for name in wanted if name not in {one for one, *_ in met}] + campaign.storm.errors
    sanitizers = [f"{path.name}: {path.read_text(errors='replace')[:3000]}" for path in sorted(reports.iterdir())]
    for name, items in (("lost", lost), ("wrong", wrong), ("stuck", stuck), ("grown", grown), ("faults that could not be made", unmet),
                        ("reports of sanitizers", sanitizers)):
        tell(name, items)
    good = not (lost or wrong or stuck or grown or unmet or sanitizers)
    if not good:
        print("when which fault was:")
        for name, began, ended, _ in met:
            print(f"  {began - times.start:8.2f} {ended - times.start:8.2f}  {name}")
    print("soak: " + ("good" if good else "FAILED") + f" (seed {campaign.given.seed})", flush=True)
    return 0 if good else 1
