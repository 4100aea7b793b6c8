"""Families about given code: what it prints or returns, how often it loops, whether it is valid."""

from __future__ import annotations

import ast
import random
from typing import Any

from trinity.train.code.inputs import WORDS
from trinity.train.code.iterations import looped
from trinity.train.code.program import Args, Program, behaviour, call, draw_args, key_for
from trinity.train.code.scripts import script
from trinity.train.code.traces import call_trace, script_trace
from trinity.train.code.wording import ask_about
from trinity.train.code.writing import Fitting, any_program
from trinity.train.items import Check, Family, Item, Split
from trinity.train.sandbox import execute

_PRINTS = (
    "What does this code print?",
    "What is the output of this program?",
    "What will this print?",
    "Give the output of this code.",
    "What gets printed here?",
    "What does this Python code output?",
    "Run this in your head: what is printed?",
    "Which output does this produce?",
    "Predict the output.",
    "What appears when this code runs?",
    "What is printed by this code?",
    "What is the result of running this?",
    "Say what this program prints.",
    "What is the printed result?",
    "What would Python print for this?",
    "<Please run|Run|Trace|Step through> this code <mentally|in your mind|by hand>. What <does "
    "it print|comes out>?",
    "<output|printed output|result> of this <code|program|snippet>?",
    "<I wonder|I'd like to know|Tell me|Can you say> what this <code|program|snippet|script> "
    "prints.",
    "<If|When|Once> <I run|you run|someone runs> this, what <is printed|is shown|gets printed>?",
    "<Could|Can|Would> you <work out|figure out|determine|tell me> what <this|the code> "
    "<prints|outputs>?",
    "<Write|Note|Jot> down <exactly |>what <this code|this program|Python> prints here.",
    "<Here is|This is|Look at> a <short|small|little> <program|script|snippet>. What does it "
    "<print|output>?",
    "<State|Name|Report|Determine|Find> the <output|printed output> of this "
    "<snippet|script|piece of code>.",
    "What <will|would|do> I see <on the screen|in the terminal|as output> <when|if|after> I "
    "run this?",
    "<Act as|Play|Pretend to be|Be> <Python|the interpreter|the Python interpreter>: what "
    "<is|gets> printed?",
    "Which <text|output|result> <does|will|would> <this code|the program|the script> print?",
    "what's <the output|printed|the printed output> here?",
    "<The|This> <code|program|script> <prints|outputs|shows> what?",
    "Without <running|executing> it, <say|tell me|work out|predict> what <this code|this "
    "script> prints.",
    "<Follow|Go through|Read|Execute> the code <line by line|step by step|carefully> and "
    "<give|tell me> its output.",
    "print output: ?",
    "Once <the program|this code|the script> <ends|has finished|is done>, what has it printed?",
    "What does the print <call|statement|function> <here |>output?",
    "<Do you know|Can you tell|Can you see> what <this|this code|the snippet> <will print|prints>?",
    "<Work|Figure> out <the output|what is printed|what gets printed|what Python prints>.",
    "<Which|What> printed output <belongs to|goes with|follows from|comes from> this code?",
    "I <run|ran|start|execute> this <code|script|program>. What <is|was> <printed|its output>?",
    "Python <runs|executes|is given> this <code|snippet|program>. What does it <print|write|show>?",
    "<Complete|Finish> the sentence: this <code|program> prints ...",
    "<Expected|Resulting|Correct> output <of this program|of this code|here>?",
    "<My teacher|The exercise|The exam> asks what this <code|program> <prints|outputs>. What "
    "is it?",
    "<I can't run it here|No computer here>: what does it <print|show>?",
    "<My guess was wrong|My friend and I disagree>. What does this <print|output>?",
    "output <only|pls>",
)
_CALLS = (
    "What does {call} return?",
    "What is the value of {call}?",
    "What is the result of {call}?",
    "Given this function, what is {call}?",
    "What do you get for {call}?",
    "Evaluate {call}.",
    "What does the function give for {call}?",
    "Compute {call} for this function.",
    "I call {call}. What comes back?",
    "What would {call} yield?",
    "What value does {call} have?",
    "If I run {call}, what is returned?",
    "{call} = ?",
    "<Find|Give|Determine|Work out|Show> the <value|result> <that|which> {call} <returns|gives "
    "back|yields>.",
    "<I'd like to know|I wonder|Tell me|Say> what {call} <returns|gives|evaluates to>.",
    "<With|Using|Going by> this <function|definition|code>, what <is|equals> {call}?",
    "<Could|Can|Would> you <work out|figure out|evaluate|calculate|compute> {call}?",
    "<Trace|Follow|Step through|Go through> {call}. What <is returned|comes back|does it return>?",
    "<Calculate|Figure out|Work out|Determine|Find> {call} <by hand|from the code|step by step>.",
    "<value|result|return value> of {call}?",
    "<When|If|Once> <I call|you call|someone runs|Python runs> {call}, what <is the result|is "
    "returned>?",
    "To what <does|will|would> {call} evaluate?",
    "<Look at|Read|Study|Take> the function. <What|Which value> <does|will|would> {call} return?",
    "<State|Report|Write down|Name> the <return value|result> of {call}.",
    "<My script|My program|A test|Someone> <calls|runs> {call}. What <comes|is handed> back?",
    "<Which|What> <value|result> <comes back|is returned|do I get> from {call}?",
    "Without <running|executing> it, <tell me|say|work out|find out> what {call} "
    "<is|gives|returns>.",
    "{call} <returns|gives|yields|evaluates to> <what|which value>?",
    "<The function is called|Call the function> as {call}. What <is the result|does it give back>?",
    "<Predict|Say|Tell me|Find out> what <comes out of|comes back from|is returned by> {call}.",
    "what's {call} <here|in this case|for this function|with this code>?",
    "<Do|Run|Execute|Evaluate> {call} in your head<.| and tell me the result.| and give its "
    "value.>",
    "<Suppose|Say|Imagine|Let's say> we <run|call|evaluate> {call}. <What|Which value> would "
    "we get?",
    "<Complete|Fill in>: {call} == ...",
    "<If you were|As> Python, <what|which value> would you <return|give back> for {call}?",
    "<Let|Set> x = {call}. What is x?",
    "<In|After> x = {call}, what value does x <have|get|hold>?",
    "<Expected|Wanted|Needed>: the <value|result> of {call}.",
    "<I can't run it here|No computer here>: what is {call}?",
    "<My guess was wrong|My friend and I disagree>. What does {call} <return|give>?",
    "{call} -> <?|what?>",
)
_LOOPS = (
    "How many times does the loop body run?",
    "How often does the loop run?",
    "How many iterations does this loop make?",
    "Count the iterations of this loop.",
    "How many rounds does the loop take?",
    "How many times is the inside of the loop executed?",
    "How many passes does the loop make?",
    "What is the number of iterations?",
    "How often is the body of the loop executed?",
    "Say how many times the loop repeats.",
    "How many times does this loop go round?",
    "The loop runs how many times?",
    "<number|total number|count> of <iterations|rounds|passes|loop runs>?",
    "<Count|Work out|Figure out|Find|Determine> how <often|many times> <the|this> loop "
    "<runs|repeats>.",
    "<Could|Can|Would> you <count|work out|tell me> how many <iterations|rounds|passes> there are?",
    "<I wonder|I'd like to know|Tell me|Please say> how often the loop body <runs|is run|is "
    "executed>.",
    "<When|If|Once> <I run|you run|Python runs> this, how <often|many times> is the body executed?",
    "How many <rounds|turns|passes|cycles> <does|will|would> the loop <complete|go through|get "
    "through>?",
    "<Give|State|Report|Find|Name> the number of <times the loop runs|iterations|rounds|passes>.",
    "The loop <body|block> is <executed|run|repeated|entered> how <often|many times>?",
    "<Here is|This is|Look at> a loop. How <many times|often> does it <run|repeat|go round>?",
    "how many <passes|rounds|iterations> <in total|in all|here|until it stops>?",
    "<Until|Before> <the loop|it> <ends|stops|is done>, how <often|many times> does its body run?",
    "<With|In> this code, how many <iterations|passes|rounds> <take place|happen|are there|occur>?",
    "<Step|Go> through the loop and count <its iterations|its rounds|how often it runs>.",
    "<Python|The computer|The interpreter> <runs|executes> the loop body how <often|many times>?",
    "<Calculate|Compute|Determine|Work out> the <number|count> of <loop iterations|rounds|passes>.",
    "Without <running|executing> it, <say|tell me|work out> how <many times|often> this loop "
    "<runs|repeats>.",
    "<In total|Altogether|In all>, how many times is <the body|the loop body|the indented "
    "line> run?",
    "<What is|What's> the <iteration count|number of rounds|number of passes> of <this|the> loop?",
    "How many times <do we|does Python|does the program> <go through|pass through|run> the "
    "loop body?",
    "iterations: ?",
    "I <put|could put> a counter <into|inside> the loop. How many <iterations|rounds> would it "
    "count?",
    "For how many <iterations|rounds|passes> does the loop <run|go on|continue|keep going>?",
    "<Say|Imagine> <the body|each round> takes one second. How many <rounds|iterations> are "
    "<run|done>?",
    "<How long is the loop|How long does the loop run>, counted in <iterations|rounds|passes>?",
    "<A|My> <pupil|friend|colleague> asks how <often|many times> this loop runs. <What is "
    "it|The answer>?",
    "After how many <iterations|rounds|passes> <is the loop over|does the loop end|does the "
    "loop stop>?",
)
_NESTED = (
    "How many times does the inner body run?",
    "How often is the innermost line executed?",
    "How many times in total does the inner loop body run?",
    "Count how often the line in the inner loop runs.",
    "How many times does the innermost statement run?",
    "How often does the inner body run in all?",
    "How many times is the body of the inner loop executed?",
    "Give the total number of runs of the inner loop body.",
    "How many times will the innermost line run?",
    "Say how often the inner loop body is run in total.",
    "<total|overall> <number|count> of <inner iterations|runs of the inner body|inner loop runs>?",
    "<Count|Work out|Find|Determine> how <often|many times> the <innermost|inner> body runs "
    "<in all|in total>.",
    "<Could|Can|Would> you <count|work out|tell me> how <often|many times> the innermost line "
    "runs?",
    "<I wonder|I'd like to know|Tell me|Please say> how often the innermost <line|statement> "
    "is <run|executed>.",
    "<When|If|Once> this <code|program> runs, how <often|many times> is the innermost line "
    "<reached|executed>?",
    "<Over|Across|Counting> all rounds of the outer loop, how often does the inner body run?",
    "One loop <is|sits|stands> in another. How <often|many times> does the innermost line run "
    "<in all|in total>?",
    "The <innermost|inner> <body|block> is <executed|run> how <often|many times> <in all|in "
    "total|altogether>?",
    "<Altogether|In total|In all>, how many times does Python <run|execute|reach> the "
    "innermost line?",
    "<Here are|Look at|These are> <two|the two> nested loops. How many times does the inner "
    "body run <in all|in total>?",
    "<Give|State|Report|Find|Name> the total <number|count> of <inner iterations|inner body runs>.",
    "how many <inner iterations|runs of the innermost line> <in total|in all|altogether>?",
    "<With|For> these nested loops, how many times does the <innermost|inner> "
    "<line|statement|body> run?",
    "<Until|Before> both loops <end|are done|finish>, how often <is|was> the innermost line "
    "<run|executed>?",
    "<Add|Sum> up the runs of the inner <loop body|body> over <the whole outer loop|all outer "
    "rounds>.",
    "<Calculate|Compute|Determine> how many times the <inner loop's body|innermost line> <is "
    "run|runs> overall.",
    "Without <running|executing> it, <say|tell me> how <many times|often> the innermost line "
    "<runs|is executed>.",
    "How many <inner rounds|inner iterations|inner passes> <do|will> the two loops make together?",
    "<What is|What's> the total <iteration count|number of iterations> of the "
    "<inner|innermost> loop?",
    "<Say|Imagine> the innermost line <rings|sounds> a bell. How often does the bell ring?",
    "Both loops <together|combined> <run|execute> the innermost <line|statement> how "
    "<often|many times>?",
    "<Step|Go> through both loops and count <the runs of the inner body|how often the "
    "innermost line runs>.",
    "inner body: how many <runs|executions> <in total|in all|overall>?",
    "<Python|The computer|The interpreter> gets to the innermost line how <often|many times>?",
    "<By|At> the end, how <often|many times> has the inner <body|block|statement> been "
    "<run|executed>?",
    "<A|My> <pupil|friend|colleague> asks how <often|many times> the innermost line runs. <The "
    "answer|What is it>?",
)
_VALID = (
    "Is this valid Python?",
    "Is this code valid Python? Yes or no.",
    "Does this code have a syntax error? Answer yes if it is valid, no if not.",
    "Is this correct Python syntax?",
    "Will Python accept this code?",
    "Can Python run this without a syntax error?",
    "Is the syntax of this code right?",
    "Yes or no: is this valid Python code?",
    "Would this compile in Python?",
    "Is this Python code free of syntax errors?",
    "Is the following valid Python syntax?",
    "Check the syntax: is it valid?",
    "<valid|correct|legal> <Python|Python code|Python syntax>, yes or no?",
    "<Does|Would> <Python|the interpreter|the parser> <parse|accept|take> this <code|function>?",
    "<Can|Could> this <code|function> be <parsed|compiled> <by Python|as Python|as it stands>?",
    "<Tell me|Say> <whether|if> this is <valid|legal|well-formed> Python. <Yes or no|Say yes "
    "or no>.",
    "<I wonder|I'd like to know> <whether|if> this <code|function> is <valid|correct|legal> "
    "Python syntax.",
    "<Check|Look at|Read|Examine> this <code|function>. Is <its syntax|the syntax> "
    "<right|correct|valid|fine>?",
    "Is <this|the> <function|code|snippet> <written in|made of> <valid|legal|proper> Python "
    "syntax?",
    "<Say|Answer|Write> yes if this is <valid|correct|legal> Python<,| and> no if it <isn't|is "
    "not>.",
    "<Could|Can|Would> you <check|tell me|say> <whether|if> this <is valid Python|parses in "
    "Python>?",
    "Is <each|every> line here <valid|legal|correct> Python syntax? <Yes or no|Answer yes or no>.",
    "Yes or no: <can Python read this|does this parse|does this compile|is the syntax fine>?",
    "<I typed|I wrote|A pupil wrote|My friend wrote> this <code|function>. Is it <valid|legal> "
    "Python?",
    "<syntax|Python syntax> <ok|okay|correct|valid> here?",
    "Does this <follow|obey|keep to|respect> <Python's syntax|the syntax of Python|the grammar "
    "of Python>?",
    "<When|If> <I run|you load|Python reads> this, is it free of <syntax errors|any syntax error>?",
    "<Decide|Judge|Determine|Find out> <whether|if> this is <syntactically |>valid Python.",
    "Will <it|this|this code> <get through|pass> <the parser|Python's parser|a syntax check>?",
    "<valid|syntactically correct>?<| yes/no>",
    "Has this <code|function> been <typed|written> without <a syntax error|syntax "
    "mistakes|syntax errors>?",
    "<The question is|Question>: <valid Python|is this legal Python|is this valid code>, yes "
    "or no?",
    "<May|Can> I <paste|put|type> this <code |>into a Python file without <getting |>a syntax "
    "error?",
    "<No syntax errors, right|Is the syntax all right|Is the syntax free of errors>? <Yes or "
    "no|yes/no>.",
    "Do <these lines|all the lines here|the lines of this code> <make|form> <valid|legal> "
    "Python <code|syntax>?",
    "<Python|The interpreter> <won't complain|will not complain> about the syntax here<. True? "
    "|, right? >Yes or no.",
    "<A linter|My editor|A parser> checks <only the syntax|nothing but syntax>. Does this "
    "<pass|get through>?",
    "Would <Python|the compiler|the interpreter> be <happy|content|satisfied> with the syntax "
    "<here|of this code>?",
)


def predict_output(rng: random.Random, split: Split, level: int, family: str) -> Item | None:
    """Say what a few lines print."""
    code = script(rng, level)
    try:
        printed, moments = execute(code)
    except (ArithmeticError, LookupError, TypeError, ValueError):  # its random values do not fit
        return None
    answer = printed.strip("\n")
    trace = script_trace(code, moments, answer)
    if not answer.strip() or len(answer) > 60:
        return None
    return Item(
        domain="code",
        family=family,
        key=code,
        question=ask_about(rng, split, _PRINTS, code),
        answer=answer,
        thoughts_low=trace.split("; ")[-2][-70:] if "; " in trace else trace[-70:],
        thoughts_high=trace,
        check=Check("strict", answer),
        level=level,
    )


def predict_call(rng: random.Random, split: Split, level: int, family: str) -> Item | None:
    """Say what a function returns, or prints, for given arguments."""
    program = any_program(rng, level)
    args = small_args(rng, program)
    result = call(program, args)
    name = rng.choice(("f", "f", *program.names))
    shown = f"{name}({', '.join(_quoted(arg) for arg in args)})"
    # A returned text would leave open whether its quotes belong to the answer: print it.
    printed = "'" in repr(result) or rng.random() < 0.3
    answer = str(result)
    if len(answer) > 50 or answer != answer.strip() or not answer or answer.endswith("Error"):
        return None
    code = program.code(name)
    if printed:
        question = ask_about(rng, split, _PRINTS, f"{code}\n\nprint({shown})")
    else:
        question = ask_about(rng, split, _CALLS, code, call=shown)
    trace = call_trace(program, args, answer)
    if trace is None:
        return None
    return Item(
        domain="code",
        family=family,
        key=key_for(family, behaviour(program), repr(args)),
        question=question,
        answer=answer,
        thoughts_low=trace.split("; ")[-2][-70:] if "; " in trace else trace[-70:],
        thoughts_high=trace,
        check=Check("strict", answer),
        level=level,
    )


def _quoted(value: Any) -> str:
    """Like `repr`, with the double quotes that the code uses."""
    return repr(value).replace("'", '"')


def small_args(rng: random.Random, program: Program) -> Args:
    """Arguments short enough to follow by hand."""
    small: dict[str, Any] = {
        "int": lambda: rng.randint(-5, 30),
        "nat": lambda: rng.randint(1, 9),
        "pos": lambda: rng.randint(1, 12),
        "small": lambda: rng.randint(1, 5),
        "big": lambda: rng.randint(10, 9999),
        "ints": lambda: [rng.randint(-5, 20) for _ in range(rng.randint(2, 5))],
        "text": lambda: " ".join(rng.sample(WORDS, rng.randint(1, 2))),
        "lower": lambda: rng.choice(WORDS)[:4],
        "words": lambda: rng.sample(WORDS, rng.randint(2, 4)),
        "dict": lambda: {word: rng.randint(0, 20) for word in rng.sample(WORDS, 3)},
    }
    drawn = draw_args(rng, program)
    return tuple(
        small[kind]() if kind in small else arg
        for arg, kind in zip(drawn, program.kinds, strict=True)
    )


def count_loop(rng: random.Random, split: Split, level: int, family: str) -> Item:
    """Say how often a loop runs."""
    code, count, trace = looped(rng, level)
    cores = _NESTED if level == 5 else _LOOPS
    return Item(
        domain="code",
        family=family,
        key=code,
        question=ask_about(rng, split, cores, code),
        answer=str(count),
        thoughts_low=trace.split("; ")[-1][-70:],
        thoughts_high=trace,
        check=Check("number", count),
        level=level,
    )


def is_valid(rng: random.Random, split: Split, level: int, family: str) -> Item | None:
    """Say whether code is valid Python."""
    program = any_program(rng, level)
    code = program.code(rng.choice(("f", *program.names)))
    reason = "each line is complete: colons, brackets, quotes and indents are right"
    if rng.random() < 0.5:
        spoilt = _spoilt(rng, code)
        if spoilt is None:
            return None
        code, reason = spoilt
    answer = "yes" if _parses(code) else "no"
    if (answer == "yes") != reason.startswith("each"):
        return None
    return Item(
        domain="code",
        family=family,
        key=key_for(family, behaviour(program), code),
        question=ask_about(rng, split, _VALID, code),
        answer=answer,
        thoughts_low=reason.split(":")[0],
        thoughts_high=f"{reason}: {answer}.",
        check=Check("exact", answer),
        level=level,
    )


def _parses(code: str) -> bool:
    try:
        ast.parse(code)
    except SyntaxError:
        return False
    return True


def _spoilt(rng: random.Random, code: str) -> tuple[str, str] | None:
    """The code with one typing mistake, and what it is."""
    lines = code.split("\n")
    index = rng.randrange(len(lines))
    line = lines[index]
    number = index + 1
    choices = []
    if line.endswith(":"):
        choices.append((line[:-1], f"line {number} has no colon at its end"))
    if line.count(")") > 0:
        at = line.rindex(")")
        choices.append((line[:at] + line[at + 1 :], f"line {number} misses a closing bracket"))
    if "]" in line:
        at = line.rindex("]")
        choices.append((line[:at] + line[at + 1 :], f"line {number} misses a closing bracket"))
    if line.strip().startswith(("if ", "elif ")) and "==" in line:
        choices.append((line.replace("==", "=", 1), f"line {number} has = where == is needed"))
    if '"' in line:
        at = line.rindex('"')
        choices.append((line[:at] + line[at + 1 :], f"line {number} misses a closing quote"))
    if "return " in line:
        typo = rng.choice(("retrun", "retun", "reutrn"))
        choices.append((line.replace("return", typo, 1), f"line {number} spells return as {typo}"))
    if line.startswith("def "):
        choices.append(
            (
                line.replace("def ", rng.choice(("", "function ", "fun ")), 1),
                "line 1 does not start with def",
            )
        )
    elif index == 1:
        choices.append((line.removeprefix("    "), "line 2 is not indented under def"))
    if not choices:
        return None
    lines[index], reason = rng.choice(choices)
    return "\n".join(lines), reason


FAMILIES = (
    Family("predict_output", "code", Fitting("predict_output", predict_output), weight=1.5),
    Family("predict_call", "code", Fitting("predict_call", predict_call), weight=1.5),
    Family("count_loop", "code", Fitting("count_loop", count_loop), weight=0.5),
    Family("is_valid_python", "code", Fitting("is_valid_python", is_valid), weight=0.5),
)
