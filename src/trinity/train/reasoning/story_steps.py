"""The wordings of word problems of two and three steps, by the calculation that solves them."""

from __future__ import annotations

TWO = {
    "a+b-c": (
        "{name} has {a} {things}, buys {b} more and gives away {c}. How many are left?",
        "A bus has {a} people. {b} get on and {c} get off. How many are on it now?",
        "{a} {things} are in a box. {name} adds {b} and takes out {c}. How many are in it?",
        "start {a} {things}, plus {b}, minus {c}. how many?",
        "{name} had {a} euros, earned {b} and spent {c}. How much is left?",
        "There were {a} {people}. {b} came and {c} left. How many are there now?",
    ),
    "a*b+c": (
        "{name} has {a} {holders} of {b} {things} and {c} loose ones. How many {things} in all?",
        "{name} buys {a} {things} at {b} euros each and a bag for {c} euros. What is the total?",
        "A taxi costs {c} euros plus {b} euros per km. What do {a} km cost?",
        "{a} {holders} with {b} {things}, and {c} extra. how many?",
        "There are {a} rows of {b} chairs and {c} more by the wall. How many chairs are there?",
        "{name} works {a} hours for {b} euros each and gets {c} euros as a tip. How much is that?",
    ),
    "a*b-c": (
        "{name} has {a} {holders} of {b} {things} and eats or loses {c}. How many are left?",
        "{a} {holders} hold {b} {things} each. {name} sells {c}. How many {things} are left?",
        "{name} earns {b} euros a day for {a} days and spends {c}. How much is left?",
        "{a} {holders} x {b} {things}, {c} broken. how many good ones?",
        "A hall has {a} rows of {b} seats. {c} seats are taken. How many are free?",
        "{name} buys {a} packs of {b} {things} and gives away {c}. How many remain?",
    ),
    "(a+b)*c": (
        "Each day {name} finds {a} {things} at home and {b} outside. How many in {c} days?",
        "A meal costs {a} euros and a drink {b}. What do {c} people pay for one of each?",
        "Every bag holds {a} red and {b} blue {things}. How many {things} are in {c} bags?",
        "one set: {a} {things} + {b} keys. how many items in {c} sets?",
        "{name} runs {a} km and walks {b} km each day. How many km is that in {c} days?",
        "{c} {people} each get {a} {things} and {b} sweets. How many items is that?",
    ),
    "(a+b)/c": (
        "{name} brings {a} {things}, {other} {b}. {c} {people} share them all. How many each?",
        "{a} red and {b} blue {things} are put into {c} equal {holders}. How many in each?",
        "{c} people split a bill of {a} euros and a tip of {b} euros. What does each pay?",
        "{a} + {b} {things}, {c} equal shares. how many per share?",
        "{name} gets {a} {things}, then {b}. They go into {holders} of {c}. How many {holders}?",
        "{a} girls and {b} boys form teams of {c}. How many teams are there?",
    ),
}
THREE = {
    "a*b+c*d": (
        "{name} buys {a} {things} at {b} euros and {c} maps at {d} euros each. What is the total?",
        "{a} {holders} hold {b} {things} each and {c} tins hold {d} each. How many in all?",
        "Adults pay {b} euros, children {d}. What do {a} adults and {c} children pay together?",
        "{a} {things} for {b} each, {c} books for {d} each. total?",
        "{name} earns {b} euros on each of {a} days and {d} on each of {c} days. How much in all?",
        "{a} tables have {b} seats and {c} tables have {d} seats. How many seats are there?",
    ),
    "e-(a*b+c)": (
        "{name} has {e} euros and buys {a} {things} at {b} euros and a hat for {c}. What is left?",
        "Of {e} {things}, {name} packs {a} {holders} of {b} and loses {c}. How many are left?",
        "A hall has {e} seats. {a} groups of {b} sit down, then {c} people. How many are free?",
        "{e} euros, minus {a} x {b} euros, minus {c} euros. what is left?",
        "{name} pays {e} euros for {a} {things} at {b} euros and a bag for {c}. What change?",
        "A book has {e} pages. {name} reads {b} a day for {a} days, then {c}. How many are left?",
    ),
    "(a+b-c)/d": (
        "{name} has {a} {things}, gets {b}, loses {c}. {d} {people} share the rest. How many each?",
        "Of {a} plus {b} {things}, {c} are bad. {d} people share the rest. How many each?",
        "{a} people come, then {b}, and {c} leave. The rest form {d} equal teams. How big is each?",
        "({a} + {b} - {c}) {things}, {d} equal shares. how many per share?",
        "{name} earns {a} and {b} euros and pays {c}. The rest lasts {d} days. How much per day?",
        "{a} red and {b} blue {things} minus {c} go evenly into {d} {holders}. How many in each?",
    ),
    "a+2a+c": (
        "{name} has {a} {things}, {other} twice as many, {third} {c}. How many do all have?",
        "{third} has {c} {things}, {name} {a}, {other} twice as many as {name}. How many?",
        "A shop sells {a} {things} on Monday, twice as many on Tuesday, {c} on Friday. Total?",
        "{name}: {a}. {other}: double that. {third}: {c}. sum?",
        "{name} walks {a} km, {other} twice as far, {third} {c} km. How many km in total?",
        "One box holds {a} {things}, the next twice that, the last {c}. How many in all three?",
    ),
}
